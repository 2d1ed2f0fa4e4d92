#include "proc/protocol_counters.h"

#include <optional>

#include "proc/scanner.h"

namespace sockdiag {
namespace {

/// What stands before the colon that a line's first word ends with.
Result<std::string_view> TakeGroup(Scanner& line) {
  std::string_view group = line.TakeWord();
  if (group.size() < 2 || group.back() != ':') {
    return Fail(Excerpt(group) + " is not a group and a colon");
  }
  group.remove_suffix(1);
  return group;
}

/// Adds those of one pair of lines.
Result<void> AddPair(std::string_view names_line, std::string_view values_line,
                     std::vector<ProtocolCounter>& counters) {
  Scanner names(names_line);
  Scanner values(values_line);
  const Result<std::string_view> group = TakeGroup(names);
  if (!group) return tl::unexpected(group.error());
  const Result<std::string_view> group_of_values = TakeGroup(values);
  if (!group_of_values) return tl::unexpected(group_of_values.error());
  if (*group != *group_of_values) {
    return Fail("values of " + Excerpt(*group_of_values) + " follow names of " + Excerpt(*group));
  }
  for (std::string_view name = names.TakeWord(); !name.empty(); name = names.TakeWord()) {
    const std::optional<double> value = values.TakeNumber();
    if (!value) return Fail(Excerpt(*group) + " has no integer for " + Excerpt(name));
    counters.push_back({std::string(*group), std::string(name), *value});
  }
  if (!values.TakeWord().empty()) return Fail(Excerpt(*group) + " has more values than names");
  return {};
}

}  // namespace

Result<std::vector<ProtocolCounter>> ParseProtocolTable(std::string_view text) {
  Scanner lines(text);
  std::vector<ProtocolCounter> counters;
  do {
    const std::string_view names = lines.TakeLine();
    const Result<void> added = AddPair(names, lines.TakeLine(), counters);
    if (!added) return tl::unexpected(added.error());
  } while (!lines.IsAtEnd());
  return counters;
}

Result<std::vector<ProtocolCounter>> ParseProtocolList(std::string_view text) {
  Scanner words(text);
  std::vector<ProtocolCounter> counters;
  for (std::string_view word = words.TakeWord(); !word.empty(); word = words.TakeWord()) {
    const std::size_t group_size = word.find('6') + 1;
    if (group_size == 0) return Fail(Excerpt(word) + " begins with no group that ends with a 6");
    const std::optional<double> value = words.TakeNumber();
    if (!value) return Fail(Excerpt(word) + " has no integer");
    counters.push_back(
        {std::string(word.substr(0, group_size)), std::string(word.substr(group_size)), *value});
  }
  if (counters.empty()) return Fail("it is empty");
  return counters;
}

}  // namespace sockdiag
