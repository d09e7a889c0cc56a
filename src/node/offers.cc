#include "node/offers.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agreement/seal.h"
#include "crypto/note.h"
#include "node/copies.h"
#include "node/import.h"

namespace concordat::node {
namespace {

using agreement::Agreement;
using agreement::ProductVersion;
using agreement::Standing;
using agreement::Step;

void AddSeal(crypto::Note& note, const std::string& vkey, const std::string& seal) {
  const auto key = crypto::VerifyKey::Parse(vkey);
  const auto bytes = FromBase64(seal);
  if (key && bytes && agreement::SealHolds(note.text, seal, *key))
    note.signatures.push_back({key->name(), key->id(), *bytes});
}

bool TakesPart(const Agreement& document, const std::string& member) {
  return document.parties.contains(member) || document.oversight.contains(member);
}

// May it still come to bind, or does it?
bool IsAlive(const Standing& standing) {
  return standing.state != agreement::State::kDraft && standing.state != agreement::State::kRevoked &&
         standing.state != agreement::State::kSuperseded;
}

void AddOffers(Node& node, const Standing& standing, const std::string& member,
               std::vector<std::string>& offers) {
  const Agreement& document = *standing.document;
  if (!TakesPart(document, member) || !TakesPart(document, node.member())) return;
  if (IsAlive(standing)) offers.push_back(DocumentNote(node, standing));
  for (const Step& step : standing.steps) {
    if (agreement::IsSealed(step.verb) && !step.seal.empty() && step.party != member)
      offers.push_back(StepNote(standing, step));
  }
}

// What a note is about, as far as it is here.
struct Subject {
  std::shared_ptr<const Agreement> document;
  bool taken = false;  // nothing in it is new, or it is over
};

Result<Subject> SubjectOf(Node& node, const std::string& text) {
  const auto note = crypto::ParseNote(text);
  const auto step = note ? TRY(agreement::ReadStepNote(*note)) : std::optional<Step>();
  Subject subject;
  if (!step)
    subject.document = std::make_shared<Agreement>(TRY(agreement::ParseAgreement(note ? note->text : text)));
  const std::string& name = step ? step->agreement : subject.document->name;
  const std::string& id = step ? step->id : subject.document->id;
  const auto lock = node.ledger().Share();
  const auto& past = node.agreements().past();
  const auto over = std::find_if(past.begin(), past.end(),
                                 [&](const Standing& standing) { return standing.document->id == id; });
  const Standing* standing = node.agreements().FindDocument(name, id);
  if (standing == nullptr && over != past.end()) return Subject{over->document, true};
  if (standing == nullptr && step)
    return Fail(ErrorCode::kNotFound, "the note is about a document that is not here: " + id);
  if (standing == nullptr) return subject;
  subject.document = standing->document;
  subject.taken =
      step ? step->number < standing->NextNumber(step->party) : standing->state == agreement::State::kRevoked;
  return subject;
}

// A product of this member's, by its name in an agreement that `member` takes part in as well. The caller
// holds Share.
Result<catalogue::PublishedPtr> FindNamed(Node& node, const std::string& member, const std::string& wanted) {
  const std::set<ProductVersion> products = ProductsNamed(node, member);
  const bool named = std::any_of(products.begin(), products.end(), [&](const ProductVersion& product) {
    return product.Member() == node.member() && product.Name() == wanted;
  });
  const auto published = named ? node.catalogue().Find(wanted) : nullptr;
  if (!published) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("no agreement of {} and {} names a product {} that is published", member,
                            node.member(), wanted.substr(0, 100)),
                "the name is that of the agreement: member/product@version");
  }
  return published;
}

}  // namespace

std::string DocumentNote(const Node& node, const Standing& standing) {
  crypto::Note note{agreement::NoteText(*standing.document), {}};
  for (const auto& [signer, seal] : standing.seals) AddSeal(note, standing.document->KeyOf(signer), seal);
  for (const Step& step : standing.steps) {
    const agreement::Person* person = node.agreements().FindPerson(step.by);
    if (step.verb == agreement::Verb::kApprove && person != nullptr)
      AddSeal(note, person->key, step.signature);
  }
  return note.signatures.empty() ? note.text : crypto::FormatNote(note);
}

std::string StepNote(const Standing& standing, const Step& step) {
  crypto::Note note{agreement::StepText(step), {}};
  AddSeal(note, standing.document->KeyOf(step.party), step.seal);
  return note.signatures.empty() ? note.text : crypto::FormatNote(note);
}

std::vector<std::string> OffersFor(Node& node, const std::string& member) {
  std::vector<std::string> offers;
  for (const Standing& standing : node.agreements().past()) AddOffers(node, standing, member, offers);
  for (const Standing* standing : node.agreements().Documents()) AddOffers(node, *standing, member, offers);
  return offers;
}

std::set<ProductVersion> ProductsNamed(const Node& node, const std::string& member) {
  std::set<ProductVersion> named;
  for (const Standing* standing : node.agreements().Documents()) {
    if (!TakesPart(*standing->document, member) || !IsAlive(*standing)) continue;
    for (const auto& [table, products] : standing->document->tables)
      named.insert(products.begin(), products.end());
  }
  return named;
}

Result<Bytes> DescribeProduct(Node& node, const std::string& member, ByteView body) {
  const auto lock = node.ledger().Share();
  const auto published = TRY(FindNamed(node, member, std::string(AsText(body))));
  Json description = catalogue::ToJson(published->product);
  description["contract"] = published->contract_hash;  // as its entry has it
  const std::string text = description.dump();
  return Bytes(text.begin(), text.end());
}

Result<Bytes> GiveCopy(Node& node, const std::string& member, ByteView body) {
  const std::string wanted(AsText(body));
  {
    const auto lock = node.ledger().Share();
    TRY(FindNamed(node, member, wanted));
  }
  const std::string copy = TRY(CopyOf(node, wanted));
  return Bytes(copy.begin(), copy.end());
}

Result<void> TakeOffer(Node& node, const std::string& member, const std::string& text) {
  const Subject subject = TRY(SubjectOf(node, text));
  if (!TakesPart(*subject.document, member)) {
    return Fail(ErrorCode::kPermissionDenied,
                fmt::format("{} takes no part in {}", member, subject.document->name),
                "its parties and overseers alone send notes of it");
  }
  if (subject.taken) return {};
  TRY(ImportNote(node, Json{{"text", text}, {"by", member}}));
  return {};
}

}  // namespace concordat::node
