// No description that another member sends makes comparing it throw or crash; equal ones have no differences,
// others have, each in one short line of ASCII.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "crypto/canonical_json.h"
#include "release/joint_description.h"

using namespace concordat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t half = text.find('\n');
  const auto theirs = crypto::ParseJson(text.substr(0, half));
  const auto here = crypto::ParseJson(half == text.npos ? "{}" : text.substr(half + 1));
  if (!theirs || !here) return 0;
  const auto lines = release::DescriptionDifferences("budapest", *theirs, *here);
  CHECK(lines.empty() == (*theirs == *here));
  for (const std::string& line : lines) {
    CHECK(line.size() < 2000);
    CHECK(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c < 0x7f; }));
  }
  return 0;
}
