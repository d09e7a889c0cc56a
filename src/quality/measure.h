// Measuring how well a product's rows fill its columns: a question like any other, under an agreement of its
// own, by an analyst that no person is. It is decided, charged, recorded and shown to the public as any is.
#pragma once

#include <string>

#include "agreement/outline.h"
#include "catalogue/catalogue.h"
#include "quality/book.h"
#include "release/release.h"

namespace concordat::quality {

inline constexpr const char* kAnalyst = "concordat.quality";  // nobody knows its password

std::string AgreementOf(const catalogue::Product& product);  // "quality-claims"

// What is spent on it, at most and each time.
struct Spending {
  Epsilon whole{1};
  Epsilon each{0.05};
};
// The agreement to put forward. `legal_basis`: a term.
agreement::Outline OutlineOf(const catalogue::Product& product, const std::string& member,
                             const std::string& legal_basis, const Spending& spending, Time from);

// Does the contract leave it open whether a row has a value of this column?
bool IsOpen(const catalogue::Column& column);
// Over the table as that agreement calls it: rows, and rows with a value of each column where that is open.
std::string QuestionOf(const catalogue::Product& product);
// Precondition: an answer to QuestionOf with margins.
Measured MeasuredBy(const release::Answer& answer, const catalogue::Product& product);

// Was this revision of the product measured? The caller holds Share.
bool IsMeasured(const Book& book, const catalogue::Product& product);
// Asks, and enters what came out. Refusals: as Release::Ask. Hold no Share.
Result<Outcome<Measured>> Measure(release::Release& release, ledger::Ledger& ledger,
                                  const catalogue::Product& product, const engine::Cancel& cancel);

}  // namespace concordat::quality
