#include "yaml/go_duration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "yaml/text.h"

namespace sockdiag {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::int64_t kMaxNanoseconds = std::numeric_limits<std::int64_t>::max();

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};
constexpr std::array<Unit, 8> kUnits{{{"h", 3'600'000'000'000},
                                      {"m", 60'000'000'000},
                                      {"s", 1'000'000'000},
                                      {"ms", 1'000'000},
                                      {"us", 1'000},
                                      {"\u00b5s", 1'000},  // the micro sign
                                      {"\u03bcs", 1'000},  // the Greek letter
                                      {"ns", 1}}};

std::string_view TakeDigits(std::string_view& rest) {
  const std::string_view digits = rest.substr(0, rest.find_first_not_of(kDigits));
  rest.remove_prefix(digits.size());
  return digits;
}

/// The value of digits, 0 of none; absent when it does not fit.
std::optional<std::int64_t> DigitsValue(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) return std::nullopt;
  return value;
}

/// What the digits behind a decimal point are of a unit; parts of a nanosecond are dropped.
std::int64_t FractionOf(std::int64_t unit, std::string_view digits) {
  std::int64_t sum = 0;
  for (const char digit : digits) {
    sum += unit * (digit - '0') / 10;
    unit /= 10;
  }
  return sum;
}

/// `sum` and that many of the unit; absent when it does not fit.
std::optional<std::int64_t> Add(std::int64_t sum, std::string_view whole, std::string_view fraction,
                                std::int64_t unit) {
  const std::optional<std::int64_t> count = DigitsValue(whole);
  if (!count || *count > (kMaxNanoseconds - sum) / unit) return std::nullopt;
  sum += *count * unit;
  const std::int64_t part = FractionOf(unit, fraction);
  if (part > kMaxNanoseconds - sum) return std::nullopt;
  return sum + part;
}

}  // namespace

Result<std::chrono::nanoseconds> ParseGoDuration(std::string_view text) {
  if (text == "0") return std::chrono::nanoseconds(0);
  const auto malformed = [&] {
    return Fail(Shown(text) + " is not a duration such as 1s, 100ms or 1m30s");
  };
  if (text.empty()) return malformed();
  if (text.find_first_not_of(kDigits) == std::string_view::npos) {
    return Fail(Shown(text) + " has no unit; write " + Shown(text) + "s for seconds");
  }
  if (text.front() == '-') return Fail(Shown(text) + " is negative");
  std::int64_t sum = 0;
  std::string_view rest = text;
  if (rest.front() == '+') rest.remove_prefix(1);
  do {
    const std::string_view whole = TakeDigits(rest);
    const bool has_point = rest.starts_with('.');
    if (has_point) rest.remove_prefix(1);
    const std::string_view fraction = has_point ? TakeDigits(rest) : "";
    const std::string_view name = rest.substr(0, rest.find_first_of(".0123456789"));
    rest.remove_prefix(name.size());
    const auto* unit =
        std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == name; });
    if ((whole.empty() && fraction.empty()) || unit == kUnits.end()) return malformed();
    const auto next = Add(sum, whole, fraction, unit->nanoseconds);
    if (!next) return Fail(Shown(text) + " is longer than 292 years");
    sum = *next;
  } while (!rest.empty());
  return std::chrono::nanoseconds(sum);
}

}  // namespace sockdiag
