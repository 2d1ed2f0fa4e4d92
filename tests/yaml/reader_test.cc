#include "yaml/reader.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace sockdiag {
namespace {

/// Reads a document's mapping and gives the error, or an empty text.
std::string ReadAndComplain(const std::string& yaml,
                            const std::function<void(MappingReader&)>& read_keys) {
  const YamlNodePtr root = ParseYaml(yaml, "r.yaml").value();
  Complaints complaints("r.yaml");
  NodeReader(*root, "", complaints).ReadMapping(read_keys);
  const std::optional<Error> error = complaints.First();
  return error ? error->message : "";
}

TEST(Complaints, KeepsTheOneThatComesFirstInTheFile) {
  Complaints complaints("f");
  EXPECT_FALSE(complaints.First().has_value());
  complaints.Add({3, 1}, "c", "third");
  complaints.Add({2, 9}, "b", "second");
  complaints.Add({2, 1}, "a[0]", "first");
  complaints.Add({2, 1}, "z", "same place, later");
  complaints.Add({9, 1}, "d", "last");
  EXPECT_EQ(complaints.First()->message, "f:2:1: a[0]: first");
}

TEST(Complaints, UnknownKeysComeFirstAndWhatIsWrongForWantOfAKeyLast) {
  Complaints complaints("f");
  complaints.Add({2, 1}, "b", "lacks", Complaints::Kind::kLack);
  complaints.Add({1, 1}, "a", "lacks", Complaints::Kind::kLack);
  EXPECT_EQ(complaints.First()->message, "f:1:1: a: lacks");
  complaints.Add({9, 1}, "c", "wrong");
  EXPECT_EQ(complaints.First()->message, "f:9:1: c: wrong");
  complaints.Add({1, 1}, "a", "lacks", Complaints::Kind::kLack);
  EXPECT_EQ(complaints.First()->message, "f:9:1: c: wrong");
  complaints.Add({9, 2}, "d", "unknown", Complaints::Kind::kUnknownKey);
  EXPECT_EQ(complaints.First()->message, "f:9:2: d: unknown");
}

TEST(Complaints, NamesNoPathForTheWholeFile) {
  Complaints complaints("f");
  complaints.Add({1, 1}, "", "wrong");
  EXPECT_EQ(complaints.First()->message, "f:1:1: wrong");
}

TEST(MappingReader, LeavesAnAbsentKeyAsItIs) {
  bool flag = true;
  EXPECT_EQ(ReadAndComplain("{}", [&](MappingReader& keys) { keys.Read("a", Flag{}, flag); }), "");
  EXPECT_TRUE(flag);
}

TEST(MappingReader, LeavesAWrongValueAsItIsAndComplains) {
  bool flag = true;
  EXPECT_EQ(ReadAndComplain("a: no", [&](MappingReader& keys) { keys.Read("a", Flag{}, flag); }),
            "r.yaml:1:4: a: no is not true or false");
  EXPECT_TRUE(flag);
}

TEST(MappingReader, ComplainsAboutARequiredKeyThatIsAbsent) {
  bool flag = false;
  const auto read = [&](MappingReader& keys) { keys.ReadRequired("a", Flag{}, flag); };
  EXPECT_EQ(ReadAndComplain(" {}", read), "r.yaml:1:2: a is missing");
  EXPECT_EQ(ReadAndComplain("a: true", read), "");
  EXPECT_TRUE(flag);
}

TEST(MappingReader, AMisspelledKeyIsNoMissingOne) {
  bool flag = false;
  const auto read = [&](MappingReader& keys) { keys.ReadRequired("enabled", Flag{}, flag); };
  EXPECT_EQ(ReadAndComplain("{enalbed: true}", read),
            "r.yaml:1:2: enalbed: unknown key (did you mean enabled?); known: enabled");
}

TEST(MappingReader, TellsTheKeysEvenWhenThereIsNoMapping) {
  bool flag = false;
  EXPECT_EQ(ReadAndComplain("[]",
                            [&](MappingReader& keys) {
                              keys.ReadRequired("a", Flag{}, flag);
                              keys.Read("b", Flag{}, flag);
                            }),
            "r.yaml:1:1: expected a mapping of a, b, not a list");
}

TEST(MappingReader, SuggestsOnlyAKeyThatIsClose) {
  const auto read = [](MappingReader& keys) {
    static_cast<void>(keys.Find("interval"));
    static_cast<void>(keys.Find("id"));
  };
  const std::string known = "; known: interval, id";
  EXPECT_EQ(ReadAndComplain("intreval: 1", read),
            "r.yaml:1:1: intreval: unknown key (did you mean interval?)" + known);
  EXPECT_EQ(ReadAndComplain("inter: 1", read), "r.yaml:1:1: inter: unknown key" + known);
  EXPECT_EQ(ReadAndComplain("it: 1", read), "r.yaml:1:1: it: unknown key" + known);
  const std::string longest(1000, 'i');
  EXPECT_EQ(ReadAndComplain("? " + longest + "\n", read),
            "r.yaml:1:3: " + std::string(60, 'i') + "...: unknown key" + known);
}

TEST(NodeReader, ReplacesAListByTheItemsOfTheFile) {
  std::vector<std::uint64_t> numbers{9};
  const auto read = [&](MappingReader& keys) {
    if (const auto value = keys.Find("a")) {
      value->ReadList("a list of numbers", 3, IntegerIn{0, 10}, numbers);
    }
  };
  EXPECT_EQ(ReadAndComplain("a: [1, 2]", read), "");
  EXPECT_EQ(numbers, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(ReadAndComplain("a: [1, 11, x]", read), "r.yaml:1:8: a[1]: 11 is not in 0..10");
  EXPECT_EQ(ReadAndComplain("a: [1, 1, 1, 1]", read),
            "r.yaml:1:4: a: 4 entries, at most 3 are allowed");
  EXPECT_EQ(ReadAndComplain("a: 1", read), "r.yaml:1:4: a: expected a list of numbers, not 1");
}

TEST(NodeReader, HandsOutTheEntriesOfAMappingWithAnyKeys) {
  std::vector<std::string> seen;
  const auto read = [&](MappingReader& keys) {
    seen.clear();
    const auto value = keys.Find("a");
    value->ReadEntries("a mapping of names", 2,
                       [&](const YamlNode::Entry& entry, const NodeReader& node) {
                         seen.push_back(entry.key + "=" + node.Node().text);
                         if (entry.key == "bad") value->ComplainAt(entry.key_mark, "not a name");
                         if (node.Node().text == "bad") node.Complain("not a value");
                       });
  };
  EXPECT_EQ(ReadAndComplain("a: {z: 1, y: 2}", read), "");
  EXPECT_EQ(seen, (std::vector<std::string>{"z=1", "y=2"}));
  EXPECT_EQ(ReadAndComplain("a: {}", read), "");
  EXPECT_TRUE(seen.empty());
  EXPECT_EQ(ReadAndComplain("a: {z: 1, bad: 2}", read), "r.yaml:1:11: a: not a name");
  EXPECT_EQ(ReadAndComplain("a: {z: 1, y: bad}", read), "r.yaml:1:14: a.y: not a value");
  EXPECT_EQ(ReadAndComplain("a: {z: 1, z: 2}", read),
            "r.yaml:1:11: a.z: duplicate key, first on line 1");
  EXPECT_EQ(ReadAndComplain("a: {z: 1, y: 1, x: 1}", read),
            "r.yaml:1:4: a: 3 entries, at most 2 are allowed");
  EXPECT_EQ(ReadAndComplain("a: [z]", read),
            "r.yaml:1:4: a: expected a mapping of names, not a list");
}

}  // namespace
}  // namespace sockdiag
