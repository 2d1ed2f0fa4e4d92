#include "yaml/tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <utility>

namespace sockdiag {
namespace {

/// Builds the tree out of the parser's events. Refuses with YAML::ParserException, which is how
/// yaml-cpp is told to stop.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view text) : text_(text) {}

  [[nodiscard]] YamlNodePtr Root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_ != nullptr) {
      Refuse(mark, "a second document, or text behind the first; a file holds one document");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto node = std::make_shared<YamlNode>();
    node->mark = NullMark(mark);
    Complete(mark, anchor, std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) Refuse(mark, "an alias of the value that holds it");
    Attach(mark, found->second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    auto node = MakeNode(YamlNode::Kind::kScalar, mark, tag);
    node->text = value;
    node->quoted = tag == "!";
    Complete(mark, anchor, std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Open(YamlNode::Kind::kSequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Open(YamlNode::Kind::kMapping, mark, tag, anchor);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Frame {
    std::shared_ptr<YamlNode> node;
    YAML::Mark mark;
    YAML::anchor_t anchor;
    YamlNodePtr key;  // of a mapping, while its value is not there yet
  };

  [[noreturn]] static void Refuse(const YAML::Mark& mark, const std::string& message) {
    throw YAML::ParserException(mark, message);
  }

  static YamlMark ToYamlMark(const YAML::Mark& mark) {
    return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
  }

  static std::shared_ptr<YamlNode> MakeNode(YamlNode::Kind kind, const YAML::Mark& mark,
                                            const std::string& tag) {
    // yaml-cpp's own marks for "no tag": ? and, of a quoted text, !.
    const bool is_quoted = tag == "!" && kind == YamlNode::Kind::kScalar;
    if (!tag.empty() && tag != "?" && !is_quoted) {
      Refuse(mark, "a tag (" + Shown(tag) + ") is not supported; write the value alone");
    }
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    node->mark = ToYamlMark(mark);
    return node;
  }

  /// A value that was left out is reported by yaml-cpp at whatever follows, often lines below; for
  /// the reader of an error it is missing at its key, or in its list.
  [[nodiscard]] YamlMark NullMark(const YAML::Mark& mark) const {
    if (IsWrittenNull(static_cast<std::size_t>(mark.pos)) || open_.empty()) return ToYamlMark(mark);
    const Frame& parent = open_.back();
    return parent.key != nullptr ? parent.key->mark : parent.node->mark;
  }

  [[nodiscard]] bool IsWrittenNull(std::size_t offset) const {
    constexpr std::array<std::string_view, 4> kSpellings{"~", "null", "Null", "NULL"};
    const std::string_view rest = text_.substr(std::min(offset, text_.size()));
    for (const std::string_view spelling : kSpellings) {
      if (!rest.starts_with(spelling)) continue;
      const std::string_view behind = rest.substr(spelling.size(), 1);
      if (behind.find_first_not_of(" \t\r\n,]}") == std::string_view::npos) return true;
    }
    return false;
  }

  void Open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    if (open_.size() >= kMaxYamlDepth) {
      Refuse(mark, "nested deeper than " + std::to_string(kMaxYamlDepth) + " levels");
    }
    open_.push_back({MakeNode(kind, mark, tag), mark, anchor, nullptr});
  }

  void Close() {
    Frame frame = std::move(open_.back());
    open_.pop_back();
    Complete(frame.mark, frame.anchor, std::move(frame.node));
  }

  void Complete(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNodePtr node) {
    if (anchor != YAML::NullAnchor) anchored_[anchor] = node;
    Attach(mark, std::move(node));
  }

  void Attach(const YAML::Mark& mark, YamlNodePtr node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& parent = open_.back();
    parent.node->weight += node->weight;
    if (parent.node->weight > kMaxYamlValues) {
      Refuse(mark, "more than " + std::to_string(kMaxYamlValues) + " values, aliases written out");
    }
    if (parent.node->kind == YamlNode::Kind::kSequence) {
      parent.node->items.push_back(std::move(node));
    } else if (parent.key != nullptr) {
      parent.node->entries.push_back({parent.key->text, parent.key->mark, std::move(node)});
      parent.key = nullptr;
    } else {
      if (node->kind != YamlNode::Kind::kScalar) Refuse(mark, "expected a key that is text");
      parent.key = std::move(node);
    }
  }

  std::string_view text_;
  std::vector<Frame> open_;
  std::unordered_map<YAML::anchor_t, YamlNodePtr> anchored_;
  YamlNodePtr root_;
};

/// yaml-cpp's message, with what it most often means where it does not say.
std::string Explained(const YAML::Exception& error) {
  if (error.msg == "illegal EOF in scalar") return "a quoted text that is never closed";
  if (error.msg.starts_with("end of ")) {
    return "invalid YAML: " + error.msg + "; check indentation, brackets and quotes";
  }
  return "invalid YAML: " + error.msg;
}

}  // namespace

std::string LocatedMessage(const std::string& source_name, YamlMark mark,
                           std::string_view message) {
  return source_name + ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column) + ": " +
         std::string(message);
}

Result<YamlNodePtr> ParseYaml(std::string_view text, const std::string& source_name) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (const auto defect = FindTextDefect(text)) {
    return Fail(LocatedMessage(source_name, defect->mark, defect->message));
  }
  const std::optional<std::size_t> content = FindContent(text);
  if (!content) return std::make_shared<const YamlNode>();
  const auto fail_at = [&](std::size_t offset, std::string_view message) {
    return Fail(LocatedMessage(source_name, MarkAt(text, offset), message));
  };
  // yaml-cpp skips a directive that it does not know, with all that is in its line.
  if (text[*content] == '%') return fail_at(*content, "a directive (%) is not supported");
  // yaml-cpp accepts a quote that is never closed when the file ends with a line end, so let it end
  // with a comment.
  std::istringstream stream(std::string(text) + "\n#");
  TreeBuilder builder(text);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    const bool has_place = !error.mark.is_null();
    return fail_at(has_place ? static_cast<std::size_t>(error.mark.pos) : *content,
                   Explained(error));
  }
  // It also makes null of what it cannot begin to read, such as an anchor without a value.
  if (builder.Root() == nullptr || builder.Root()->kind == YamlNode::Kind::kNull) {
    return fail_at(*content, "no value to read here");
  }
  return builder.Root();
}

}  // namespace sockdiag
