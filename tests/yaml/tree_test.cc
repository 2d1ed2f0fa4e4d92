#include "yaml/tree.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/yaml/refusals.h"

namespace sockdiag {
namespace {

YamlNodePtr Parse(const std::string& text) {
  const Result<YamlNodePtr> tree = ParseYaml(text, "c.yaml");
  EXPECT_TRUE(tree.has_value()) << tree.error().message;
  return tree.value_or(std::make_shared<const YamlNode>());
}

std::string Repeat(const std::string& text, std::size_t count) {
  std::string repeated;
  for (std::size_t i = 0; i < count; ++i) repeated += text;
  return repeated;
}

TEST(YamlTree, KeepsTextMarksAndQuotes) {
  const YamlNodePtr root = Parse("a: 010\nb:\n  - \"x\"\n  - ~\n  - |\n    y\n");
  ASSERT_EQ(root->kind, YamlNode::Kind::kMapping);
  ASSERT_EQ(root->entries.size(), 2U);
  const YamlNode& plain = *root->entries[0].value;
  EXPECT_EQ(plain.kind, YamlNode::Kind::kScalar);
  EXPECT_EQ(plain.text, "010");
  EXPECT_FALSE(plain.quoted);
  EXPECT_EQ(plain.mark, (YamlMark{1, 4}));
  EXPECT_EQ(root->entries[1].key, "b");
  EXPECT_EQ(root->entries[1].key_mark, (YamlMark{2, 1}));
  const YamlNode& list = *root->entries[1].value;
  ASSERT_EQ(list.items.size(), 3U);
  EXPECT_TRUE(list.items[0]->quoted);
  EXPECT_EQ(list.items[1]->kind, YamlNode::Kind::kNull);
  EXPECT_EQ(list.items[1]->mark, (YamlMark{4, 5}));
  EXPECT_EQ(list.items[2]->text, "y\n");
  EXPECT_TRUE(list.items[2]->quoted);
}

TEST(YamlTree, KeepsDuplicateKeys) { EXPECT_EQ(Parse("{a: 1, a: 2}")->entries.size(), 2U); }

TEST(YamlTree, MarksAValueThatWasLeftOutAtItsKeyOrItsList) {
  const YamlNodePtr root = Parse("a:\n\nnull_or_so: x\nb: {c: , d: null}\ne:\n  - x\n  -\n  - ~\n");
  EXPECT_EQ(root->entries[0].value->mark, (YamlMark{1, 1}));
  const YamlNode& inner = *root->entries[2].value;
  EXPECT_EQ(inner.entries[0].value->mark, (YamlMark{4, 5}));
  EXPECT_EQ(inner.entries[1].value->mark, (YamlMark{4, 13}));
  const YamlNode& list = *root->entries[3].value;
  EXPECT_EQ(list.items[1]->mark, (YamlMark{6, 3}));
  EXPECT_EQ(list.items[2]->mark, (YamlMark{8, 5}));
}

TEST(YamlTree, RefusesWhatIsNotYaml) {
  const std::string check = "; check indentation, brackets and quotes";
  ExpectRefused({
      {"limits:\n  services: 1\n ports: 2\n",
       "c.yaml:3:2: invalid YAML: end of map not found" + check},
      {"limits:\n\tservices: 1\n", "c.yaml:2:10: invalid YAML: illegal map value"},
      {"limits: {}\n\tservices: []\n", "c.yaml:2:2: invalid YAML: end of map not found" + check},
      {"limits: {ports: 1]\n", "c.yaml:1:18: invalid YAML: illegal flow end"},
      {"services: [\n  {name: a},\n",
       "c.yaml:2:13: invalid YAML: end of sequence flow not found" + check},
      {"limits: ports: 1\n", "c.yaml:1:14: invalid YAML: illegal map value"},
      {"a: @x\n", "c.yaml:1:4: invalid YAML: unknown token"},
      {"a: \"\\q\"\n", "c.yaml:1:7: invalid YAML: unknown escape character: q"},
      {"a: *none\n", "c.yaml:1:4: invalid YAML: the referenced anchor is not defined"},
  });
}

TEST(YamlTree, RefusesAQuoteThatIsNeverClosed) {
  const std::string message = ": a quoted text that is never closed";
  ExpectRefused({
      {"services_database: \"/a", "c.yaml:1:23" + message},
      {"services_database: \"/a\n", "c.yaml:1:23" + message},
      {"services_database: '/a\nlimits: {}\n\n", "c.yaml:2:11" + message},
  });
}

TEST(YamlTree, RefusesASecondDocumentAndStrayText) {
  const std::string message =
      ": invalid YAML: a second document, or text behind the first; a file holds one document";
  ExpectRefused({
      {"limits: {}\n---\nlimits: {}\n", "c.yaml:2:1" + message},
      {"limits: {}\n---\n", "c.yaml:2:1" + message},
      {"limits: {}\n...\nlimits: {}\n", "c.yaml:3:1" + message},
      {"- a\nlimits: {}\n", "c.yaml:2:1" + message},
      {"{limits: {}}\nservices: []\n", "c.yaml:2:1" + message},
  });
  const YamlNodePtr root = Parse("---\nlimits: {ports: 1}\n...\n");
  ASSERT_EQ(root->entries.size(), 1U);
  ASSERT_EQ(root->entries[0].value->entries.size(), 1U);
  EXPECT_EQ(root->entries[0].value->entries[0].value->text, "1");
}

TEST(YamlTree, RefusesTags) {
  const auto message = [](const std::string& tag) {
    return ": invalid YAML: a tag (" + tag + ") is not supported; write the value alone";
  };
  ExpectRefused({
      {"limits: {ports: !!int 5}", "c.yaml:1:17" + message("\"tag:yaml.org,2002:int\"")},
      {"limits: ! {}", "c.yaml:1:9" + message("!")},
      {"limits: !foo {}", "c.yaml:1:9" + message("!foo")},
      {"services: !!seq []", "c.yaml:1:11" + message("\"tag:yaml.org,2002:seq\"")},
  });
}

TEST(YamlTree, RefusesDirectives) {
  const std::string message = ": a directive (%) is not supported";
  ExpectRefused({
      {"%YAML 1.2\n---\nlimits: {}\n", "c.yaml:1:1" + message},
      {"# x\n%limits: {}\n", "c.yaml:2:1" + message},
  });
}

TEST(YamlTree, RefusesContentThatIsNoValue) {
  const std::string message = ": no value to read here";
  ExpectRefused({
      {"# x\n~\n", "c.yaml:2:1" + message},
      {"--- null\n", "c.yaml:1:1" + message},
      {"&a\n", "c.yaml:1:1" + message},
  });
}

TEST(YamlTree, RefusesKeysThatAreNotText) {
  const std::string message = ": invalid YAML: expected a key that is text";
  ExpectRefused({
      {"? [a]\n: b\n", "c.yaml:1:3" + message},
      {"? {a: b}\n: c\n", "c.yaml:1:3" + message},
      {"~: b\n", "c.yaml:1:1" + message},
      {": b\n", "c.yaml:1:1" + message},
      {"{,}\n", "c.yaml:1:2" + message},
  });
}

TEST(YamlTree, SharesAliasedValues) {
  const YamlNodePtr root = Parse("a: &x [1, 2]\nb: *x\n");
  EXPECT_EQ(root->entries[0].value, root->entries[1].value);
  EXPECT_EQ(root->entries[1].value->mark, (YamlMark{1, 4}));
}

TEST(YamlTree, RefusesAnAliasOfTheValueAroundIt) {
  ExpectRefused({{"a: &x [1, *x]\n",
                  "c.yaml:1:11: invalid YAML: an alias of the value that holds "
                  "it"}});
}

TEST(YamlTree, RefusesAliasesThatMultiply) {
  std::string yaml = "a0: &a0 [x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last + ", " + last +
            ", " + last + "]\n";
  }
  ExpectRefused({{yaml,
                  "c.yaml:11:6: invalid YAML: more than 200000 values, aliases written "
                  "out"}});
}

TEST(YamlTree, SurvivesALongChainOfAliases) {
  std::string yaml = "a0: &a0 [x]\n";
  for (int i = 1; i < 20'000; ++i) {
    yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
            "]\n";
  }
  EXPECT_FALSE(ParseYaml(yaml, "c.yaml").has_value());
}

TEST(YamlTree, BoundsTheNesting) {
  EXPECT_TRUE(ParseYaml(Repeat("[", 32) + Repeat("]", 32), "c.yaml").has_value());
  const std::string message = ": invalid YAML: nested deeper than 32 levels";
  ExpectRefused({
      {Repeat("[", 33) + Repeat("]", 33), "c.yaml:1:33" + message},
      {Repeat("- ", 33) + "a", "c.yaml:1:65" + message},
      {Repeat("? ", 33) + "a", "c.yaml:1:65" + message},
      {Repeat("{a: ", 33) + "a" + Repeat("}", 33), "c.yaml:1:129" + message},
  });
}

TEST(YamlTree, SurvivesAFileFullOfOpenBrackets) {
  // yaml-cpp puts a mapping around each bracket that is never closed: half as many are too deep.
  const std::string message = ": invalid YAML: nested deeper than 32 levels";
  const std::size_t size = 1 << 20;
  ExpectRefused({
      {Repeat("[", size), "c.yaml:1:17" + message},
      {Repeat("[\n", size / 2), "c.yaml:17:1" + message},
      {Repeat("{", size), "c.yaml:1:32" + message},
      {Repeat("- ", size / 2), "c.yaml:1:65" + message},
      {Repeat("? ", size / 2), "c.yaml:1:65" + message},
  });
}

}  // namespace
}  // namespace sockdiag
