#include "collectors/conntrack.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/support/figures.h"
#include "tests/support/files.h"

namespace sockdiag {
namespace {

using testing::Figures;
using testing::FiguresOf;
using testing::ValueOf;

constexpr const char* kCount = "sys/net/netfilter/nf_conntrack_count";
constexpr const char* kMax = "sys/net/netfilter/nf_conntrack_max";
constexpr const char* kStat = "thread-self/net/stat/nf_conntrack";
constexpr const char* kTwoCpus =
    "entries  clashres found insert insert_failed drop early_drop icmp_error\n"
    "00000005  00000000 00000001 00000000 00000002 0000000a 00000010 00000000\n"
    "00000005  00000000 00000001 00000000 00000001 ffffffff 00000000 00000000\n";

class ConntrackTest : public ::testing::Test {
 protected:
  Result<void> Collect() {
    findings_ = {};
    return ConntrackCollector(root_.path()).Collect(findings_);
  }

  const testing::TemporaryDirectory root_;
  Findings findings_;
};

TEST_F(ConntrackTest, ShowsTheTableAndWhatAllCpusDropped) {
  root_.Write(kCount, "7\n");
  root_.Write(kMax, "262144\n");
  root_.Write(kStat, kTwoCpus);
  EXPECT_TRUE(Collect());
  EXPECT_EQ(ValueOf(findings_.samples, ConntrackCollector::kEntries), 7);
  EXPECT_EQ(ValueOf(findings_.samples, ConntrackCollector::kLimit), 262144);
  EXPECT_EQ(FiguresOf(findings_.samples, ConntrackCollector::kDrops),
            (Figures{{"drop", 4294967305.0}, {"early_drop", 16}}));
  EXPECT_EQ(ValueOf(findings_.samples, ConntrackCollector::kInsertFailures), 3)
      << "not among the drops: a clash that is lost counts as both";
  EXPECT_EQ(findings_.lack, "");
}

TEST_F(ConntrackTest, WithoutALimitThereIsNone) {
  root_.Write(kCount, "7\n");
  root_.Write(kMax, "0\n");
  EXPECT_TRUE(Collect());
  EXPECT_EQ(ValueOf(findings_.samples, ConntrackCollector::kEntries), 7);
  EXPECT_FALSE(findings_.samples.Has(ConntrackCollector::kLimit));
}

TEST_F(ConntrackTest, ACounterThatTheKernelDoesNotNameIsAbsent) {
  root_.Write(kStat, "entries early_drop\n5 10\n");
  EXPECT_TRUE(Collect());
  EXPECT_EQ(FiguresOf(findings_.samples, ConntrackCollector::kDrops),
            (Figures{{"early_drop", 16}}));
  EXPECT_FALSE(findings_.samples.Has(ConntrackCollector::kInsertFailures));
}

TEST_F(ConntrackTest, WithoutTrackingThereIsNothingAndThatIsNoFailure) {
  EXPECT_TRUE(Collect());
  EXPECT_TRUE(findings_.samples.families().empty());
  EXPECT_EQ(findings_.lack, "connections are not tracked here");
}

TEST_F(ConntrackTest, AFileThatIsWrongMakesItFailAndTheOthersAreShown) {
  root_.Write(kCount, "7\n");
  root_.Write(kStat, "entries drop\nzz 1\n");
  const Result<void> collected = Collect();
  ASSERT_FALSE(collected);
  EXPECT_EQ(collected.error().message,
            root_.path() + "/" + kStat + ": \"zz\" is not a hexadecimal number");
  EXPECT_EQ(ValueOf(findings_.samples, ConntrackCollector::kEntries), 7);
  EXPECT_EQ(findings_.lack, "");
}

TEST(ConntrackStat, WhatIsNoneSaysWhy) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "it has no line of a CPU"},
      {"drop\n", "it has no line of a CPU"},
      {"\n1\n", "it has no line of a CPU"},
      {"drop found\n1\n", "\"\" is not a hexadecimal number"},
      {"drop\n-1\n", "\"-1\" is not a hexadecimal number"},
      {"drop\n10000000000000000\n", "\"10000000000000000\" is not a hexadecimal number"},
      {"drop\n1 2\n", "a CPU has more numbers than there are names"}};
  for (const auto& [text, message] : cases) {
    const auto drops = ParseConntrackStat(text);
    EXPECT_EQ(drops ? "none" : drops.error().message, message) << text;
  }
}

}  // namespace
}  // namespace sockdiag
