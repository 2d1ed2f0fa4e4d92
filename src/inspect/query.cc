#include "inspect/query.h"

#include <functional>
#include <span>

#include "config/service_section.h"
#include "yaml/values.h"

namespace sockdiag {
namespace {

/// One word of a query.
struct Word {
  std::string key;
  bool is_negated = false;
  std::vector<std::string> values;
};

/// Where words go that a query has; see kWords.
using Setter = std::function<Result<void>(const Word&, Query&)>;

std::string JoinedWords(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

template <typename Value>
Result<Value> OneOfWords(std::string_view text, std::span<const std::string_view> words) {
  const auto found = std::ranges::find(words, text);
  if (found == words.end()) return Fail(Excerpt(text) + " is not one of " + JoinedWords(words));
  return static_cast<Value>(found - words.begin());
}

template <typename Value, std::size_t count>
Result<Value> OneOfNamed(std::string_view text, const std::array<Value, count>& values) {
  std::array<std::string_view, count> names;
  std::ranges::transform(values, names.begin(), [](Value value) { return Name(value); });
  const Result<std::size_t> place = OneOfWords<std::size_t>(text, names);
  if (!place) return tl::unexpected(place.error());
  return values[*place];
}

Result<SocketState> ParseState(std::string_view text) { return OneOfNamed(text, kAllStates); }
Result<Direction> ParseDirection(std::string_view text) { return OneOfNamed(text, kDirections); }
Result<Protocol> ParseProtocol(std::string_view text) { return OneOfNamed(text, kProtocols); }
Result<std::string> ParseName(std::string_view text) { return std::string(text); }

Result<bool> ParseYesOrNo(std::string_view text) {
  static constexpr std::array<std::string_view, 2> kWords{"no", "yes"};
  const Result<int> place = OneOfWords<int>(text, kWords);
  if (!place) return tl::unexpected(place.error());
  return *place == 1;
}

template <typename Value>
Result<std::vector<Value>> ParseList(const Word& word,
                                     const std::function<Result<Value>(std::string_view)>& parse) {
  std::vector<Value> values;
  for (const std::string& text : word.values) {
    Result<Value> value = parse(text);
    if (!value) return tl::unexpected(value.error());
    values.push_back(*std::move(value));
  }
  if (values.size() > Query::kMaxValues) {
    return Fail(std::to_string(values.size()) + " values, at most " +
                std::to_string(Query::kMaxValues) + " are allowed");
  }
  return values;
}

template <typename Value>
Setter FilterBy(Filter<Value> Query::*filter, Result<Value> (*parse)(std::string_view)) {
  return [=](const Word& word, Query& query) -> Result<void> {
    auto& values = word.is_negated ? (query.*filter).unwanted : (query.*filter).wanted;
    if (!values.empty()) return Fail("is there twice; commas make a list");
    Result<std::vector<Value>> parsed = ParseList<Value>(word, parse);
    if (!parsed) return tl::unexpected(parsed.error());
    values = *std::move(parsed);
    return {};
  };
}

/// The value of a word that takes one.
Result<std::string_view> OnlyValue(const Word& word) {
  if (word.is_negated) return Fail("has no !=");
  if (word.values.size() != 1) return Fail("takes one value");
  return word.values.front();
}

template <typename Value>
Setter Set(std::optional<Value> Query::*field, Result<Value> (*parse)(std::string_view)) {
  return [=](const Word& word, Query& query) -> Result<void> {
    const Result<std::string_view> text = OnlyValue(word);
    if (!text) return tl::unexpected(text.error());
    if (query.*field) return Fail("is there twice");
    const Result<Value> value = parse(*text);
    if (!value) return tl::unexpected(value.error());
    query.*field = *value;
    return {};
  };
}

Result<void> SetGroupings(const Word& word, Query& query) {
  if (word.is_negated) return Fail("has no !=");
  if (!query.by.empty()) return Fail("is there twice; commas make a list");
  Result<std::vector<Grouping>> by = ParseList<Grouping>(
      word, [](std::string_view text) { return OneOfWords<Grouping>(text, kGroupingWords); });
  if (!by) return tl::unexpected(by.error());
  if (by->size() > Query::kMaxGroupings) return Fail("takes two words at most");
  if (by->size() == 2 && by->front() == by->back()) return Fail("has the same word twice");
  query.by = *std::move(by);
  return {};
}

Result<void> SetOrder(const Word& word, Query& query) {
  const Result<std::string_view> text = OnlyValue(word);
  if (!text) return tl::unexpected(text.error());
  const Result<Order> order = OneOfWords<Order>(*text, kOrderWords);
  if (!order) return tl::unexpected(order.error());
  query.order = *order;
  return {};
}

Result<void> SetLimit(const Word& word, Query& query) {
  const Result<std::string_view> text = OnlyValue(word);
  if (!text) return tl::unexpected(text.error());
  const Result<std::uint64_t> limit = ParseInteger(*text, 1, Query::kMaxLimit);
  if (!limit) return tl::unexpected(limit.error());
  query.limit = static_cast<std::size_t>(*limit);
  return {};
}

/// All words that there are, in the order in which a query is written.
const std::array<std::pair<std::string_view, Setter>, 14>& Setters() {
  static const std::array<std::pair<std::string_view, Setter>, 14> kSetters{{
      {"state", FilterBy(&Query::states, ParseState)},
      {"service", FilterBy(&Query::services, ParseName)},
      {"direction", FilterBy(&Query::directions, ParseDirection)},
      {"protocol", FilterBy(&Query::protocols, ParseProtocol)},
      {"port", FilterBy(&Query::ports, ParsePortRange)},
      {"local", FilterBy(&Query::local, EndpointPattern::Parse)},
      {"remote", FilterBy(&Query::remote, EndpointPattern::Parse)},
      {"owner", FilterBy(&Query::owners, ParseName)},
      {"older_than", Set(&Query::older_than, ParseDuration)},
      {"accepted", Set(&Query::accepted, ParseYesOrNo)},
      {"retransmitting", Set(&Query::retransmitting, ParseYesOrNo)},
      {"by", SetGroupings},
      {"order", SetOrder},
      {"limit", SetLimit},
  }};
  return kSetters;
}

Result<void> Apply(const Word& word, Query& query) {
  for (const auto& [key, set] : Setters()) {
    if (key != word.key) continue;
    const Result<void> done = set(word, query);
    if (!done) return Fail(word.key + ": " + done.error().message);
    return {};
  }
  std::vector<std::string_view> keys;
  for (const auto& [key, set] : Setters()) keys.push_back(key);
  return Fail(Excerpt(word.key) + " is not one of " + JoinedWords(keys));
}

/// From `state`, or `state!` where the values are unwanted.
Word WordOf(std::string_view key) {
  const bool is_negated = key.ends_with('!');
  if (is_negated) key.remove_suffix(1);
  return {std::string(key), is_negated, {}};
}

/// Takes values with commas between them, up to the first of `ends` that stands in no quotes. A
/// quote within quotes is there twice.
Result<std::vector<std::string>> TakeValues(std::string_view& rest, std::string_view ends) {
  std::vector<std::string> values(1);
  bool is_quoted = false;
  for (; !rest.empty(); rest.remove_prefix(1)) {
    const char c = rest.front();
    if (!is_quoted && ends.find(c) != std::string_view::npos) break;
    if (is_quoted && rest.starts_with("\"\"")) {
      values.back() += c;
      rest.remove_prefix(1);
    } else if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == ',' && !is_quoted) {
      values.emplace_back();
    } else {
      values.back() += c;
    }
  }
  if (is_quoted) return Fail("a quote is not closed");
  if (std::ranges::any_of(values, &std::string::empty)) return Fail("a value is missing");
  return values;
}

Result<Word> TakeWord(std::string_view& rest) {
  const std::string_view text = rest.substr(0, rest.find(' '));
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return Fail(Excerpt(text) + " has no =, as in state=close_wait");
  }
  Word word = WordOf(text.substr(0, equals));
  rest.remove_prefix(equals + 1);
  Result<std::vector<std::string>> values = TakeValues(rest, " ");
  if (!values) return Fail(Excerpt(word.key) + ": " + values.error().message);
  word.values = *std::move(values);
  return word;
}

Result<void> ApplyText(std::string_view text, Query& query) {
  if (text.size() > Query::kMaxBytes) {
    return Fail("the query has " + std::to_string(text.size()) + " bytes, at most " +
                std::to_string(Query::kMaxBytes) + " are allowed");
  }
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) return {};
    const Result<Word> word = TakeWord(text);
    if (!word) return tl::unexpected(word.error());
    const Result<void> applied = Apply(*word, query);
    if (!applied) return tl::unexpected(applied.error());
  }
}

Result<void> ApplyParameter(std::string_view name, std::string_view value, Query& query) {
  if (value.empty()) return {};
  Word word = WordOf(name);
  Result<std::vector<std::string>> values = TakeValues(value, "");
  if (!values) return Fail(Excerpt(word.key) + ": " + values.error().message);
  word.values = *std::move(values);
  return Apply(word, query);
}

/// As TakeValues() reads it.
std::string Quoted(const std::string& value) {
  if (value.find_first_of(" ,\"") == std::string::npos) return value;
  std::string text = "\"";
  for (const char c : value) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

/// One word, with a space behind what is there.
void Append(std::string_view key, std::string_view sign, std::string_view values,
            std::string& text) {
  if (!text.empty()) text += ' ';
  text += key;
  text += sign;
  text += values;
}

template <typename Value, typename ToText>
void AppendFilter(std::string_view key, const Filter<Value>& filter, const ToText& to_text,
                  std::string& text) {
  const auto append = [&](std::string_view sign, const std::vector<Value>& values) {
    std::string list;
    for (const Value& value : values) list += (list.empty() ? "" : ",") + Quoted(to_text(value));
    if (!values.empty()) Append(key, sign, list, text);
  };
  append("=", filter.wanted);
  append("!=", filter.unwanted);
}

std::string ToText(const PortRange& range) {
  const std::string first = std::to_string(range.first.Value());
  return range.first == range.last ? first : first + "-" + std::to_string(range.last.Value());
}

}  // namespace

Result<Query> Query::Parse(std::string_view text) {
  Query query;
  const Result<void> applied = ApplyText(text, query);
  if (!applied) return tl::unexpected(applied.error());
  return query;
}

Result<Query> Query::FromParameters(
    const std::vector<std::pair<std::string, std::string>>& parameters) {
  Query query;
  for (const auto& [name, value] : parameters) {
    const Result<void> applied =
        name == "q" ? ApplyText(value, query) : ApplyParameter(name, value, query);
    if (!applied) return tl::unexpected(applied.error());
  }
  return query;
}

std::string Query::ToString() const {
  std::string text;
  const auto name = [](auto value) { return std::string(Name(value)); };
  const auto itself = [](const std::string& value) { return value; };
  const auto pattern = [](const EndpointPattern& value) { return value.ToString(); };
  const auto append_flag = [&](std::string_view key, std::optional<bool> flag) {
    if (flag) Append(key, "=", *flag ? "yes" : "no", text);
  };
  AppendFilter("state", states, name, text);
  AppendFilter("service", services, itself, text);
  AppendFilter("direction", directions, name, text);
  AppendFilter("protocol", protocols, name, text);
  AppendFilter("port", ports, ToText, text);
  AppendFilter("local", local, pattern, text);
  AppendFilter("remote", remote, pattern, text);
  AppendFilter("owner", owners, itself, text);
  if (older_than) Append("older_than", "=", FormatDuration(*older_than), text);
  append_flag("accepted", accepted);
  append_flag("retransmitting", retransmitting);
  std::string groupings;
  for (const Grouping grouping : by) {
    groupings += (groupings.empty() ? "" : ",") + std::string(kGroupingWords[Index(grouping)]);
  }
  if (!by.empty()) Append("by", "=", groupings, text);
  if (order != Order::kCount) Append("order", "=", kOrderWords[Index(order)], text);
  if (limit != kDefaultLimit) Append("limit", "=", std::to_string(limit), text);
  return text;
}

}  // namespace sockdiag
