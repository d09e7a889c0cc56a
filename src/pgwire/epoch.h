// PostgreSQL counts dates and timestamps from 2000-01-01, we from 1970-01-01: 30 years, 7 of them leap years.
#pragma once

#include <cstdint>

namespace concordat::pgwire {

inline constexpr std::int32_t kEpochDays = 10'957;
inline constexpr std::int64_t kEpochMicroseconds = kEpochDays * std::int64_t{86'400'000'000};

}  // namespace concordat::pgwire
