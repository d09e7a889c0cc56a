#include "node/proof.h"

#include "ledger/receipt.h"
#include "ledger/served.h"

namespace concordat::node {
namespace {

// The newest checkpoint that has the entry, a cosigned one if there is one: it proves more.
Result<std::string> CheckpointWith(Node& node, std::uint64_t index) {
  const std::string cosigned = node.cosigned().Newest();
  if (const auto note = crypto::ParseNote(cosigned)) {
    const auto checkpoint = ledger::OpenSigned(*note, node.ledger().key());
    if (checkpoint && index < checkpoint->size) return cosigned;
  }
  return node.ledger().SignedHead();
}

}  // namespace

Result<std::string> ReceiptText(Node& node, std::uint64_t index) {
  ledger::Receipt receipt{
      .extra = TRY(node.ledger().LeafBytes(index)), .index = index, .proof = {}, .checkpoint = {}};
  receipt.checkpoint = TRY(CheckpointWith(node, index));
  const crypto::Note note = TRY(crypto::ParseNote(receipt.checkpoint));
  const ledger::Checkpoint checkpoint = TRY(ledger::ParseCheckpoint(note.text));
  receipt.proof = TRY(node.ledger().ProveInclusion(index, checkpoint.size));
  TRY(ledger::CheckReceipt(receipt, {.log = node.ledger().key(), .witnesses = {}}));
  return ledger::FormatReceipt(receipt);
}

}  // namespace concordat::node
