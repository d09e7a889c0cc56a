// The analysts' door: what the wire protocol asks, answered by release and by the catalogue of metadata.
#pragma once

#include <memory>

#include "node/node.h"
#include "pgcatalog/pgcatalog.h"
#include "pgwire/backend.h"

namespace concordat::node {

class Door final : public pgwire::Backend {
 public:
  static Result<std::unique_ptr<Door>> Open(Node& node);

  std::optional<crypto::ScramVerifier> FindVerifier(std::string_view analyst) override;
  Outcome<void> Admit(const release::Caller& caller) override;
  Outcome<pgwire::Description> Describe(const release::Caller& caller, const std::string& text,
                                        const release::Settings& settings,
                                        const pgcatalog::Session& session) override;
  Outcome<pgwire::Answer> Ask(const release::Caller& caller, const release::Question& question,
                              const pgcatalog::Session& session, const engine::Cancel& cancel,
                              const pgwire::Notify& notify) override;
  Outcome<std::vector<std::string>> Explain(const release::Caller& caller,
                                            const release::Question& question) override;

 private:
  Door(Node& node, std::unique_ptr<pgcatalog::Catalogue> catalogue)
      : node_(node), catalogue_(std::move(catalogue)) {}
  // What exists for the caller now. Refusals: those of admission.
  Outcome<pgcatalog::Database> DatabaseOf(const release::Caller& caller) const;

  Node& node_;
  std::unique_ptr<pgcatalog::Catalogue> catalogue_;
};

}  // namespace concordat::node
