#include "yaml/reader.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace sockdiag {
namespace {

/// How many letters to insert, drop or replace, or neighbours to swap, to get from one word to the
/// other (optimal string alignment).
std::size_t EditDistance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  std::vector<std::size_t> above(row.size());
  std::vector<std::size_t> two_above(row.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    two_above.swap(above);
    above.swap(row);
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = above[j] + (from[i] == to[j] ? 0 : 1);
      row[j + 1] = std::min({replaced, row[j] + 1, above[j + 1] + 1});
      const bool are_swapped = i > 0 && j > 0 && from[i] == to[j - 1] && from[i - 1] == to[j];
      if (are_swapped) row[j + 1] = std::min(row[j + 1], two_above[j - 1] + 1);
    }
  }
  return row.back();
}

/// " (did you mean KEY?)" when a known key is a typing slip away.
std::string Suggestion(std::string_view key, const std::vector<std::string>& known) {
  constexpr std::size_t kLongestKey = 64;
  std::size_t best_distance = std::min<std::size_t>(2, key.size() / 3) + 1;
  std::string suggestion;
  for (const std::string& candidate : known) {
    if (key.size() > kLongestKey) break;
    const std::size_t distance = EditDistance(key, candidate);
    if (distance >= best_distance) continue;
    best_distance = distance;
    suggestion = " (did you mean " + candidate + "?)";
  }
  return suggestion;
}

}  // namespace

void Complaints::Add(YamlMark mark, std::string_view path, std::string_view message, Kind kind) {
  const std::pair place(kind, mark);
  if (first_ && *first_ <= place) return;
  first_ = place;
  first_message_ = path.empty() ? "" : std::string(path) + ": ";
  first_message_ += message;
}

std::optional<Error> Complaints::First() const {
  if (!first_) return std::nullopt;
  return Error{LocatedMessage(source_name_, first_->second, first_message_)};
}

void NodeReader::ReadMapping(const std::function<void(MappingReader&)>& read_keys) const {
  MappingReader keys(*this);
  read_keys(keys);
  if (node_.kind == YamlNode::Kind::kMapping) {
    keys.ComplainUnknown();
  } else {
    Complain(FailExpected("a mapping of " + keys.KnownKeys(), node_).value().message);
  }
}

void NodeReader::ReadEntries(
    std::string_view expected, std::size_t max_entries,
    const std::function<void(const YamlNode::Entry&, const NodeReader&)>& read_entry) const {
  if (node_.kind != YamlNode::Kind::kMapping) {
    return Complain(FailExpected(expected, node_).value().message);
  }
  if (node_.entries.size() > max_entries) return ComplainTooMany(node_.entries.size(), max_entries);
  const MappingReader keys(*this);
  for (const YamlNode::Entry& entry : node_.entries) {
    read_entry(entry, {*entry.value, keys.PathOf(entry.key), complaints_});
  }
}

void NodeReader::ReadItems(std::string_view expected, std::size_t max_items,
                           const std::function<void(const NodeReader&)>& read_item) const {
  if (node_.kind != YamlNode::Kind::kSequence) {
    return Complain(FailExpected(expected, node_).value().message);
  }
  if (node_.items.size() > max_items) return ComplainTooMany(node_.items.size(), max_items);
  for (std::size_t i = 0; i < node_.items.size(); ++i) {
    read_item({*node_.items[i], path_ + "[" + std::to_string(i) + "]", complaints_});
  }
}

void NodeReader::ComplainTooMany(std::size_t count, std::size_t limit) const {
  Complain(std::to_string(count) + " entries, at most " + std::to_string(limit) + " are allowed");
}

MappingReader::MappingReader(const NodeReader& reader) : reader_(reader) {
  for (const YamlNode::Entry& entry : reader.node_.entries) {
    const auto [found, added] = entries_.try_emplace(entry.key, &entry);
    if (added) continue;
    reader.complaints_.Add(
        entry.key_mark, PathOf(entry.key),
        "duplicate key, first on line " + std::to_string(found->second->key_mark.line));
  }
}

std::optional<NodeReader> MappingReader::Find(std::string_view key) {
  known_.emplace_back(key);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  return NodeReader(*found->second->value, PathOf(key), reader_.complaints_);
}

void MappingReader::ComplainMissing(std::string_view key) const {
  if (reader_.node_.kind != YamlNode::Kind::kMapping) return;
  reader_.ComplainOfLack(std::string(key) + " is missing");
}

void MappingReader::ComplainUnknown() const {
  for (const auto& [key, entry] : entries_) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    reader_.complaints_.Add(entry->key_mark, PathOf(key),
                            "unknown key" + Suggestion(key, known_) + "; known: " + KnownKeys(),
                            Complaints::Kind::kUnknownKey);
  }
}

std::string MappingReader::PathOf(std::string_view key) const {
  return (reader_.path_.empty() ? "" : reader_.path_ + ".") + Shown(key);
}

std::string MappingReader::KnownKeys() const {
  std::string keys;
  for (const std::string& key : known_) keys += (keys.empty() ? "" : ", ") + key;
  return keys;
}

}  // namespace sockdiag
