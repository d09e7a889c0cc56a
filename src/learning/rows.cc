#include "learning/rows.h"

#include <algorithm>

namespace concordat::learning {
namespace {

template <class Named>
const Named* FindNamed(const std::vector<Named>& all, std::string_view name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Named& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

const Field* Find(const Schema& schema, std::string_view name) { return FindNamed(schema, name); }

const Column* Rows::Find(std::string_view name) const { return FindNamed(columns, name); }

}  // namespace concordat::learning
