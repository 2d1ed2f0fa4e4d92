#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "yaml/tree.h"
#include "yaml/values.h"

namespace sockdiag {

/// Collects what is wrong with a file and keeps what comes first in it, so that the one error an
/// operator sees does not depend on the order in which the reading code looks at the keys.
class Complaints {
 public:
  /// In their order, wherever they stand. A key that nobody knows is misspelled or in the wrong
  /// place, and may be why a value is wrong, or why a key is lacking.
  enum class Kind { kUnknownKey, kWrong, kLack };

  explicit Complaints(std::string source_name) : source_name_(std::move(source_name)) {}

  /// `path` is dotted, `services[2].ports[0]`; empty for the file as a whole.
  void Add(YamlMark mark, std::string_view path, std::string_view message,
           Kind kind = Kind::kWrong);
  [[nodiscard]] std::optional<Error> First() const;

 private:
  std::string source_name_;
  std::optional<std::pair<Kind, YamlMark>> first_;
  std::string first_message_;
};

class MappingReader;

/// A value with its place in the file. What is wrong goes to the complaints, reading goes on. The
/// node and the complaints must outlive it.
class NodeReader {
 public:
  NodeReader(const YamlNode& node, std::string path, Complaints& complaints)
      : node_(node), path_(std::move(path)), complaints_(complaints) {}

  [[nodiscard]] const YamlNode& Node() const { return node_; }
  void Complain(std::string_view message) const { ComplainAt(node_.mark, message); }
  /// Complain() about something that is wrong for want of a key; see Complaints::Kind.
  void ComplainOfLack(std::string_view message) const {
    complaints_.Add(node_.mark, path_, message, Complaints::Kind::kLack);
  }
  /// Complain() about another place in the value, such as one of its keys.
  void ComplainAt(YamlMark mark, std::string_view message) const {
    complaints_.Add(mark, path_, message);
  }

  /// Hands a mapping to `read_keys`, which asks for every key it knows; every other key and every
  /// key given twice is an error. `read_keys` also runs, without keys, for what is not a mapping.
  void ReadMapping(const std::function<void(MappingReader&)>& read_keys) const;

  /// Hands each entry of a mapping whose keys may have any name to `read_entry`, in the file's
  /// order. Anything else than a mapping, one of more than `max_entries`, and a key given twice are
  /// errors; `expected` words the first.
  void ReadEntries(
      std::string_view expected, std::size_t max_entries,
      const std::function<void(const YamlNode::Entry&, const NodeReader&)>& read_entry) const;

  /// Hands each item of a list to `read_item`. Anything else than a list, and one of more than
  /// `max_items`, is an error; `expected` words the first.
  void ReadItems(std::string_view expected, std::size_t max_items,
                 const std::function<void(const NodeReader&)>& read_item) const;

  /// As ReadItems(), storing what `parse` makes of each item in place of what `out` holds.
  template <typename Parse, typename T>
  void ReadList(std::string_view expected, std::size_t max_items, const Parse& parse,
                std::vector<T>& out) const {
    out.clear();
    ReadItems(expected, max_items, [&](const NodeReader& item) {
      std::optional<T> parsed;
      item.Read(parse, parsed);
      if (parsed) out.push_back(*std::move(parsed));
    });
  }

  /// Stores what `parse` (see yaml_values.h) makes of the value, or complains.
  template <typename Parse, typename T>
  void Read(const Parse& parse, T& out) const {
    auto value = parse(node_);
    if (value) {
      out = *std::move(value);
    } else {
      Complain(value.error().message);
    }
  }

 private:
  friend class MappingReader;
  void ComplainTooMany(std::size_t count, std::size_t limit) const;

  const YamlNode& node_;
  std::string path_;
  Complaints& complaints_;
};

/// The keys of one mapping, as NodeReader::ReadMapping() hands them out. A key that is absent
/// leaves `out` as it is, so defaults are what stands there before.
class MappingReader {
 public:
  /// The value of a key; absent when the key is. The key counts as known from here on.
  [[nodiscard]] std::optional<NodeReader> Find(std::string_view key);

  template <typename Parse, typename T>
  void Read(std::string_view key, const Parse& parse, T& out) {
    if (const auto value = Find(key)) value->Read(parse, out);
  }
  /// As Read(), and the key has to be there.
  template <typename Parse, typename T>
  void ReadRequired(std::string_view key, const Parse& parse, T& out) {
    const auto value = Find(key);
    value ? value->Read(parse, out) : ComplainMissing(key);
  }
  /// A mapping inside this one.
  void ReadMapping(std::string_view key, const std::function<void(MappingReader&)>& read_keys) {
    if (const auto value = Find(key)) value->ReadMapping(read_keys);
  }

 private:
  friend class NodeReader;
  explicit MappingReader(const NodeReader& reader);
  void ComplainMissing(std::string_view key) const;
  void ComplainUnknown() const;
  [[nodiscard]] std::string PathOf(std::string_view key) const;
  [[nodiscard]] std::string KnownKeys() const;

  const NodeReader& reader_;
  std::map<std::string_view, const YamlNode::Entry*> entries_;
  std::vector<std::string> known_;
};

}  // namespace sockdiag
