#include "yaml/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace sockdiag {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kDurationExamples = "a duration such as 500ms, 15s or 1h30m";

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array<Unit, 5> kUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of(kDigits) == std::string_view::npos;
}

bool HasLeadingZero(std::string_view digits) { return digits.size() > 1 && digits.front() == '0'; }

/// The value of digits; absent when it does not fit.
std::optional<std::int64_t> DigitsValue(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

std::string NotInRange(std::string_view text, const std::string& min, const std::string& max) {
  return Shown(text) + " is not in " + min + ".." + max;
}

std::int64_t AddClamped(std::int64_t sum, std::optional<std::int64_t> count, std::int64_t unit) {
  constexpr std::int64_t kMax = milliseconds::max().count();
  if (!count || *count > (kMax - sum) / unit) return kMax;
  return sum + *count * unit;
}

/// The text of a plain scalar: a number in quotes is text, as every YAML reader sees it.
Result<std::string> PlainText(const YamlNode& node, std::string_view expected) {
  if (node.kind == YamlNode::Kind::kScalar && !node.quoted) return node.text;
  return FailExpected(expected, node);
}

std::string Describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "null";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMapping:
      return "a mapping";
    case YamlNode::Kind::kScalar:
      break;
  }
  return node.quoted ? "the text " + ShownQuoted(node.text) : Shown(node.text);
}

}  // namespace

tl::unexpected<Error> FailExpected(std::string_view expected, const YamlNode& found) {
  return Fail("expected " + std::string(expected) + ", not " + Describe(found));
}

Result<std::string> ParseText(const YamlNode& node, std::string_view expected) {
  if (node.kind != YamlNode::Kind::kScalar) return FailExpected(expected, node);
  return node.text;
}

Result<std::uint64_t> ParseInteger(std::string_view text, std::uint64_t min, std::uint64_t max) {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (!IsDigits(digits)) return Fail(Shown(text) + " is not a whole number in decimal digits");
  if (HasLeadingZero(digits)) {
    return Fail(Shown(text) + " has a leading zero; write the decimal number without it");
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (negative || error != std::errc() || value < min || value > max) {
    return Fail(NotInRange(text, std::to_string(min), std::to_string(max)));
  }
  return value;
}

Result<milliseconds> ParseDuration(std::string_view text) {
  if (IsDigits(text)) return Fail(Shown(text) + " has no unit; write " + Shown(text) + "s");
  const auto malformed = [&] {
    return Fail(Shown(text) + " is not " + std::string(kDurationExamples) +
                " (units d, h, m, s, ms, the largest first)");
  };
  std::int64_t sum = 0;
  const Unit* next_unit = kUnits.begin();
  std::string_view rest = text;
  do {
    const std::string_view digits = rest.substr(0, rest.find_first_not_of(kDigits));
    rest.remove_prefix(digits.size());
    const std::string_view name = rest.substr(0, rest.find_first_of(kDigits));
    rest.remove_prefix(name.size());
    const Unit* unit =
        std::find_if(next_unit, kUnits.end(), [&](const Unit& u) { return u.name == name; });
    if (digits.empty() || HasLeadingZero(digits) || unit == kUnits.end()) return malformed();
    sum = AddClamped(sum, DigitsValue(digits), unit->milliseconds);
    next_unit = unit + 1;
  } while (!rest.empty());
  return milliseconds(sum);
}

std::string FormatDuration(milliseconds duration) {
  if (duration == milliseconds::zero()) return "0s";
  std::string text;
  std::int64_t rest = duration.count();
  for (const Unit& unit : kUnits) {
    if (rest < unit.milliseconds) continue;
    text += std::to_string(rest / unit.milliseconds) + std::string(unit.name);
    rest %= unit.milliseconds;
  }
  return text;
}

Result<bool> Flag::operator()(const YamlNode& node) const {
  const Result<std::string> text = PlainText(node, "true or false");
  if (!text) return tl::unexpected(text.error());
  if (*text == "true") return true;
  if (*text == "false") return false;
  return Fail(Shown(*text) + " is not true or false");
}

Result<std::uint64_t> IntegerIn::operator()(const YamlNode& node) const {
  const Result<std::string> text = PlainText(node, "a whole number");
  if (!text) return tl::unexpected(text.error());
  return ParseInteger(*text, min, max);
}

Result<double> Share::operator()(const YamlNode& node) const {
  const Result<std::string> text = PlainText(node, "a decimal number such as 0.02");
  if (!text) return tl::unexpected(text.error());
  const std::size_t dot = std::min(text->find('.'), text->size());
  const std::string_view whole = std::string_view(*text).substr(0, dot);
  const bool fraction_fits = dot == text->size() || IsDigits(text->substr(dot + 1));
  if (!IsDigits(whole) || HasLeadingZero(whole) || !fraction_fits) {
    return Fail(Shown(*text) + " is not a decimal number such as 0.02");
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || value <= 0 || value > 1) {
    return Fail(Shown(*text) + " is not above 0 and at most 1");
  }
  return value;
}

Result<milliseconds> DurationIn::operator()(const YamlNode& node) const {
  const Result<std::string> text = ParseText(node, kDurationExamples);
  if (!text) return tl::unexpected(text.error());
  Result<milliseconds> duration = ParseDuration(*text);
  if (!duration) return duration;
  if (*duration >= min && *duration <= max) return duration;
  if (or_zero && *duration == milliseconds::zero()) return duration;
  const std::string zero = or_zero ? "0s or in " : "";
  return Fail(Shown(*text) + " is not " + (or_zero ? zero : "in ") + FormatDuration(min) + ".." +
              FormatDuration(max));
}

}  // namespace sockdiag
