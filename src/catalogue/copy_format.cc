#include <fmt/format.h>

#include <charconv>

#include "catalogue/copy.h"

namespace concordat::catalogue {
namespace {

constexpr std::string_view kHead = "concordat/copy/1\n";
constexpr std::size_t kLongestReceipt = std::size_t{256} << 10;

tl::unexpected<Error> NotACopy(const char* why) {
  return Fail(ErrorCode::kInvalidArgument, fmt::format("this is not a copy of a product: {}", why),
              "fetch it again, from the owner's /catalogue/copies/MEMBER/NAME@VERSION");
}

}  // namespace

std::string FormatCopy(const CopyParts& parts) {
  return fmt::format("{}{}\n{}{}", kHead, parts.receipt.size(), parts.receipt, parts.files);
}

Result<CopyParts> ParseCopy(std::string_view bytes) {
  if (!bytes.starts_with(kHead)) return NotACopy("it begins otherwise");
  bytes.remove_prefix(kHead.size());
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), size);
  const bool is_line = error == std::errc{} && end != bytes.data() + bytes.size() && *end == '\n';
  if (!is_line || size > kLongestReceipt || bytes.front() == '0')
    return NotACopy("its receipt has no length");
  bytes.remove_prefix(static_cast<std::size_t>(end - bytes.data()) + 1);
  if (size > bytes.size()) return NotACopy("its receipt is cut off");
  const CopyParts parts{bytes.substr(0, size), bytes.substr(size)};
  if (parts.files.size() > kLargestCopy) {
    return Fail(ErrorCode::kResourceExhausted,
                fmt::format("the copy's files come to more than {} MB", kLargestCopy >> 20),
                "ask its owner to publish it as Parquet, or with fewer columns");
  }
  return parts;
}

}  // namespace concordat::catalogue
