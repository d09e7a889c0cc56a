// Purposes and legal bases in plain words. Sources: the W3C Data Privacy Vocabulary 2 (DPV) and its GDPR
// extension; Regulation (EU) 2016/679, which the UK GDPR numbers alike.
#pragma once

#include <string>
#include <string_view>

namespace concordat::transparency {

// "dpv:ScientificResearch" as "scientific research"; a term that is not known by its own name's words.
std::string PurposeInWords(std::string_view term);
// "dpv-gdpr:A6-1-e" as "a task in the public interest (GDPR Article 6(1)(e))"; another as it stands.
std::string BasisInWords(std::string_view term);

}  // namespace concordat::transparency
