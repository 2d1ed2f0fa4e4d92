#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "yaml/text.h"

namespace sockdiag {

struct YamlNode;
using YamlNodePtr = std::shared_ptr<const YamlNode>;

/// One value of a YAML file as it was written: scalars are text, nothing is converted, and a key
/// that was given twice is there twice.
struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMapping };
  struct Entry {
    std::string key;
    YamlMark key_mark;
    YamlNodePtr value;
  };

  Kind kind = Kind::kNull;
  /// An aliased value has the mark of the value that it stands for.
  YamlMark mark;
  /// kScalar: the text, without its quotes.
  std::string text;
  /// kScalar: it was in quotes, or a block of text.
  bool quoted = false;
  /// kSequence.
  std::vector<YamlNodePtr> items;
  /// kMapping, in the file's order.
  std::vector<Entry> entries;
  /// How many values it holds, itself included and aliases counted as if written out.
  std::size_t weight = 1;
};

/// How much a file may hold. The first keeps recursion off the end of the stack, the second keeps
/// aliases of aliases (a "billion laughs" file) from taking all memory.
inline constexpr std::size_t kMaxYamlDepth = 32;
inline constexpr std::size_t kMaxYamlValues = 200'000;

/// The tree of a file's one document; kNull when there is nothing but comments. An error is one
/// line, `SOURCE:LINE:COLUMN: what`. Tags, directives, a second document and one that is only null
/// are refused.
[[nodiscard]] Result<YamlNodePtr> ParseYaml(std::string_view text, const std::string& source_name);

/// The one line of an error at a place.
[[nodiscard]] std::string LocatedMessage(const std::string& source_name, YamlMark mark,
                                         std::string_view message);

}  // namespace sockdiag
