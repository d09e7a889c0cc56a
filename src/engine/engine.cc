#include "engine/engine.h"

#include <fmt/format.h>

#include <iterator>

namespace concordat::engine {

Result<ResultSet> Engine::Run(const std::string& sql, const Row& parameters, const Limits& limits,
                              const Cancel* cancel) {
  ResultSet all;
  TRY(Stream(sql, parameters, limits.time, cancel, [&](ResultSet& batch) -> Result<void> {
    if (all.rows.size() + batch.rows.size() > limits.rows) {
      return Fail(ErrorCode::kResourceExhausted, fmt::format("the result has more than {} rows", limits.rows),
                  "group by fewer values");
    }
    all.names = batch.names;
    all.rows.insert(all.rows.end(), std::make_move_iterator(batch.rows.begin()),
                    std::make_move_iterator(batch.rows.end()));
    return {};
  }));
  return all;
}

}  // namespace concordat::engine
