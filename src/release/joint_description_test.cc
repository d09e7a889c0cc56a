#include "release/joint_description.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "crypto/canonical_json.h"

namespace concordat::release {
namespace {

const Json kHere = Json::parse(R"json({
  "concordat": "joint-plan/1", "agreement": "aa", "table": "patients", "question": "0f", "parameters": ["5", null],
  "settings": {"epsilon": 1, "delta": 1e-6, "pure": false},
  "sharing": {"owners": ["budapest", "cleveland"], "quorum": 2, "colluding": 1, "local": false},
  "contract": {"rows_per_unit": 1, "groups_per_unit": 1, "holdings": "overlapping", "unit": "integer"},
  "columns": {"chol": {"type": "integer", "nullable": true, "range": [0, 600]},
              "sex": {"type": "text", "nullable": true, "domain": ["f", "m"]}},
  "joined": {"cleveland/wards@1": {"revision": 2, "files": ["ab"]}},
  "models": {"cleveland/heart-risk@1": {"sha256": "5f"}},
  "groups": {"most of a unit": 1, "declared": 3, "keys": "cc"},
  "measured": [{"what": "count", "steps": 20}, {"what": "sum(chol)", "steps": 30, "centre": 300}]
})json");

// Equal descriptions have no differences; any one change has one, which names it.
TEST(DescriptionDifferences, NamesWhatDiffersAndNothingElse) {
  EXPECT_TRUE(DescriptionDifferences("budapest", kHere, kHere).empty());
  const struct {
    const char* pointer;
    Json value;  // null: the field is not there
    const char* line;
  } cases[] = {
      {"/agreement", "bb", "budapest has agreement bb, here aa"},
      {"/question", "1f", "budapest has question 1f, here 0f"},
      {"/parameters", {"6", nullptr}, "budapest has parameters [\"6\",null], here [\"5\",null]"},
      {"/settings/epsilon", 2, "budapest has setting epsilon 2, here 1"},
      {"/sharing/quorum", 1, "budapest has federation quorum 1, here 2"},
      {"/sharing/owners",
       {"budapest"},
       "budapest has federation owners [\"budapest\"], here [\"budapest\",\"cleveland\"]"},
      {"/contract/holdings", "disjoint", "budapest has holdings disjoint, here overlapping"},
      {"/contract/rows_per_unit", 3, "budapest has rows_per_unit 3, here 1"},
      {"/columns/chol/range", {0, 700}, "budapest has column chol range [0,700], here [0,600]"},
      {"/columns/chol/range", {}, "budapest has no column chol range, which is [0,600] here"},
      {"/columns/chol/resolution", 0.5, "budapest has column chol resolution 0.5, and there is none here"},
      {"/columns/sex/domain",
       {"f", "m", "x"},
       "budapest has column sex domain [\"f\",\"m\",\"x\"], here [\"f\",\"m\"]"},
      {"/columns/chol", {}, "budapest has no column chol"},
      {"/columns/sex", "text",
       "budapest has column sex text, here {\"domain\":[\"f\",\"m\"],\"nullable\":true,\"type\":\"text\"}"},
      {"/joined/cleveland~1wards@1/revision", 3, "budapest has joined cleveland/wards@1 revision 3, here 2"},
      {"/models/cleveland~1heart-risk@1/sha256", "60",
       "budapest has model cleveland/heart-risk@1 sha256 60, here 5f"},
      {"/models/cleveland~1heart-risk@1", {}, "budapest has no model cleveland/heart-risk@1"},
      {"/groups/declared", 4, "budapest has groups: declared 4, here 3"},
      {"/measured/1/steps", 31, "budapest has measured sum(chol) steps 31, here 30"},
      {"/extra", 1, "budapest describes more than is known here"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.pointer);
    Json theirs = kHere;
    const Json::json_pointer pointer(c.pointer);
    if (c.value.is_null()) {
      theirs[pointer.parent_pointer()].erase(pointer.back());
    } else {
      theirs[pointer] = c.value;
    }
    EXPECT_EQ(DescriptionDifferences("budapest", theirs, kHere), std::vector<std::string>{c.line});
  }
}

// Whatever another member sends: words, short and in ASCII.
TEST(DescriptionDifferences, StandsAnything) {
  for (const char* text : {"null", "[]", "1", R"("plan")", "{}", R"({"columns": []})",
                           R"({"columns": {"chol": [[[]]]}})", R"({"measured": {"what": 1}})",
                           R"({"measured": [[], 1]})", R"({"contract": "none", "settings": [1]})"}) {
    SCOPED_TRACE(text);
    const Json theirs = Json::parse(text);
    EXPECT_FALSE(DescriptionDifferences("budapest", theirs, kHere).empty());
    EXPECT_FALSE(DescriptionDifferences("budapest", kHere, theirs).empty());
  }
  Json theirs = kHere;
  theirs["table"] = std::string(5000, 'x') + "\n\x1b[31m\xff";
  const auto lines = DescriptionDifferences("budapest", theirs, kHere);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_LT(lines[0].size(), 200U);
  theirs["table"] = "a\n\x1b[31m\xc3\xa9";
  EXPECT_EQ(DescriptionDifferences("budapest", theirs, kHere)[0],
            "budapest has table a\\n\\u001b[31m\\u00e9, here patients");
  theirs["question"] = 1;
  theirs["agreement"] = 2;
  EXPECT_EQ(DescriptionDifferences("budapest", theirs, kHere, 2).size(), 2U);
}

}  // namespace
}  // namespace concordat::release
