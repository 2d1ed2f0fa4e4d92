#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "base/file.h"
#include "collectors/registry.h"
#include "config/loader.h"
#include "yaml/tree.h"

namespace sockdiag {
namespace {

const std::string kShippedPath = SOCKDIAG_SOURCE_DIR "/config/sockdiag_exporter.yaml";

std::string ShippedText() { return ReadFile(kShippedPath, kMaxConfigFileBytes).value(); }

/// The file with its commented-out rules in place of the empty list. Comments that are prose have
/// one space behind the #; lines to uncomment have none, or the two of their indentation.
std::string TextWithExample() {
  std::istringstream lines(ShippedText());
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    if (line == "services: []") continue;
    const bool example = line.starts_with("#services:") || line.starts_with("#  ");
    text += (example ? line.substr(1) : line) + "\n";
  }
  return text;
}

std::vector<std::string> SplitWords(const std::string& list) {
  std::vector<std::string> words;
  std::istringstream stream(list);
  for (std::string word; std::getline(stream, word, ',');) {
    words.push_back(word.substr(word.find_first_not_of(' ')));
  }
  return words;
}

/// The keys that the schema knows at a place, as its own error about an unknown one lists them;
/// none where it takes no mapping. `yaml` is a document around one unknown key.
std::vector<std::string> KnownKeys(const std::string& yaml) {
  const Result<Config> config = ParseConfig(yaml, "c");
  const std::string message = config.has_value() ? "" : config.error().message;
  const std::string marker = "unknown key; known: ";
  const std::size_t at = message.find(marker);
  if (at == std::string::npos) return {};
  return SplitWords(message.substr(at + marker.size()));
}

bool HasKey(const YamlNode& mapping, const std::string& key) {
  return std::any_of(mapping.entries.begin(), mapping.entries.end(),
                     [&](const YamlNode::Entry& entry) { return entry.key == key; });
}

/// Walks the schema next to the file. `before` and `after` are the YAML around a mapping that
/// stands where `node` does; returns how many keys there are.
int ExpectEveryKey(const YamlNode& node, const std::string& before, const std::string& after) {
  int count = 0;
  for (const std::string& key : KnownKeys(before + "{qqqqqqqq: 1}" + after)) {
    ++count;
    EXPECT_TRUE(HasKey(node, key)) << "in " << before << key;
    for (const YamlNode::Entry& entry : node.entries) {
      if (entry.key != key) continue;
      count += ExpectEveryKey(*entry.value, before + "{" + key + ": ", "}" + after);
    }
  }
  return count;
}

TEST(ShippedConfig, EqualsTheBuiltInDefaults) {
  const Result<Config> config = ParseConfig(ShippedText(), kShippedPath);
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(*config, Config{});
}

TEST(ShippedConfig, ShowsEveryKeyThatTheSchemaKnows) {
  const Result<YamlNodePtr> shipped = ParseYaml(ShippedText(), kShippedPath);
  ASSERT_TRUE(shipped.has_value()) << shipped.error().message;
  const auto switches =
      std::count_if(AllCollectors().begin(), AllCollectors().end(),
                    [](const CollectorEntry& collector) { return !collector.has_own_section; });
  // 11 sections and single keys, collectors with one switch each and 2 other keys, 6 limits, 5 of
  // sampling, 7 of stuck_after, 1 of owners, 2 of namespaces, 1 of web.
  EXPECT_EQ(ExpectEveryKey(**shipped, "", ""), 11 + switches * 2 + 2 + 6 + 5 + 7 + 1 + 2 + 1);
}

TEST(ShippedConfig, HasAnExampleThatIsValidAndShowsEveryKeyOfARule) {
  const std::string text = TextWithExample();
  const Result<Config> config = ParseConfig(text, "example");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->services.size(), 5U);
  const std::vector<std::string> keys = KnownKeys("services: [{name: a, qqqqqqqq: 1}]");
  EXPECT_EQ(keys.size(), 7U);
  for (const std::string& key : keys) {
    EXPECT_NE(text.find(" " + key + ": "), std::string::npos) << key;
  }
}

}  // namespace
}  // namespace sockdiag
