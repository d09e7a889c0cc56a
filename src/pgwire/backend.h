// What the wire protocol needs of the node: who may connect, what exists, what is asked. The node implements it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/refusal.h"
#include "base/result.h"
#include "crypto/scram.h"
#include "engine/engine.h"
#include "release/answer.h"

namespace concordat::pgwire {

// Threading: every call may come from any of the server's worker threads, and may block (never on the socket's thread).
class Backend {
 public:
  virtual ~Backend() = default;

  // The analyst's SCRAM verifier; none for an unknown name (the caller then goes on with a mock one).
  virtual std::optional<crypto::ScramVerifier> FindVerifier(std::string_view analyst) = 0;
  // After authentication: may this analyst enter this database now? A refusal says why not.
  virtual Outcome<void> Admit(const release::Caller& caller) = 0;

  // Columns and parameter types of a statement, without running, charging or looking at a row.
  struct Description {
    std::vector<release::OutputColumn> columns;
    std::vector<Type> parameters;
  };
  virtual Outcome<Description> Describe(const release::Caller& caller, const std::string& text,
                                        const release::Settings& settings) = 0;
  // A governed question: decided, charged, computed, recorded, answered on the time grid.
  virtual Outcome<release::Answer> Ask(const release::Caller& caller, const release::Question& question,
                                       const engine::Cancel& cancel) = 0;
  // The plan in lines of text; free. ANALYZE is the caller's to refuse.
  virtual Outcome<std::vector<std::string>> Explain(const release::Caller& caller,
                                                    const release::Question& question) = 0;
  // A question about the catalogue alone (pg_catalog, information_schema, schema concordat, or no table at all).
  virtual Outcome<Description> DescribeCatalog(const release::Caller& caller, const std::string& text) = 0;
  virtual Outcome<release::Answer> AskCatalog(const release::Caller& caller, const release::Question& question) = 0;
};

}  // namespace concordat::pgwire
