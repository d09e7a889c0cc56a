#include "crypto/file_hash.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/bytes.h"

namespace concordat::crypto {
namespace {

TEST(Sha256OfFile, IsThatOfTheBytes) {
  const std::filesystem::path path = testing::TempDir() + "concordat-file-hash";
  for (const std::size_t size : {std::size_t{0}, std::size_t{3}, (std::size_t{1} << 20) - 1,
                                 std::size_t{1} << 20, std::size_t{3'000'001}}) {
    const std::string bytes(size, 'x');
    std::ofstream(path, std::ios::binary) << bytes;
    const auto hash = Sha256OfFile(path);
    ASSERT_TRUE(hash);
    EXPECT_EQ(*hash, Sha256(AsBytes(bytes))) << size;
  }
  std::filesystem::remove(path);
}

TEST(Sha256OfFile, SaysWhyItCannot) {
  EXPECT_EQ(Sha256OfFile("/no/such/file").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Sha256OfFile(testing::TempDir()).error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace concordat::crypto
