#include "yaml/reader.h"

#include <algorithm>
#include <utility>

#include "base/suggestion.h"

namespace sockdiag {

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
