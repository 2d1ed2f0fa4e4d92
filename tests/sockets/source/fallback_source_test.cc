#include "sockets/source/fallback_source.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/fake_source.h"
#include "tests/support/records.h"

namespace sockdiag {
namespace {

class CountingSink final : public SocketSink {
 public:
  void Add(const SocketRecord&) override { ++sockets; }
  int sockets = 0;
};

class FallbackSourceTest : public ::testing::Test {
 protected:
  FallbackSourceTest() {
    netlink_.tables[Protocol::kTcp].records = {testing::Listener("0.0.0.0:80")};
    proc_.tables[Protocol::kTcp].records = {testing::Listener("0.0.0.0:80"),
                                            testing::Listener("0.0.0.0:81")};
  }
  void FailNetlink(DumpErrorReason reason, bool is_denied) {
    testing::FakeSource::Table& table = netlink_.tables[Protocol::kTcp];
    table.records.clear();
    table.error = DumpError{reason, "no netlink", 0, is_denied};
  }
  DumpResult<DumpStats> Dump() {
    sink_.sockets = 0;
    return source_.Dump(Protocol::kTcp, {StateSet::All(Protocol::kTcp)}, sink_);
  }

  testing::FakeClock clock_;
  testing::FakeSource netlink_{clock_};
  testing::FakeSource proc_{clock_};
  std::vector<std::string> told_;
  CountingSink sink_;
  FallbackSource source_{std::make_unique<testing::BorrowedSource>(netlink_),
                         std::make_unique<testing::BorrowedSource>(proc_),
                         [this](Protocol protocol, const std::string& error) {
                           told_.push_back(std::string(Name(protocol)) + ": " + error);
                         }};
};

TEST_F(FallbackSourceTest, UsesTheFirstWhereItCan) {
  ASSERT_TRUE(Dump());
  EXPECT_EQ(sink_.sockets, 1);
  EXPECT_EQ(proc_.dumps, 0);
  EXPECT_EQ(told_, std::vector<std::string>{"tcp: "});
}

TEST_F(FallbackSourceTest, UsesTheSecondWhileTheFirstIsDenied) {
  FailNetlink(DumpErrorReason::kOpen, true);
  ASSERT_TRUE(Dump());
  EXPECT_EQ(sink_.sockets, 2);
  EXPECT_EQ(told_, std::vector<std::string>{"tcp: no netlink"});
  netlink_.tables[Protocol::kTcp].error.reset();
  ASSERT_TRUE(Dump());
  EXPECT_EQ(proc_.dumps, 1);
}

TEST_F(FallbackSourceTest, IsNoHelpAgainstAShortage) {
  for (const DumpErrorReason reason :
       {DumpErrorReason::kOpen, DumpErrorReason::kTimeout, DumpErrorReason::kOverrun}) {
    FailNetlink(reason, false);
    EXPECT_EQ(Dump().error().reason, reason);
  }
  EXPECT_EQ(proc_.dumps, 0);
  EXPECT_TRUE(told_.empty());
}

TEST_F(FallbackSourceTest, DoesNotCountTwiceWhatCameBeforeTheDenial) {
  FailNetlink(DumpErrorReason::kKernel, true);
  netlink_.tables[Protocol::kTcp].records = {testing::Listener("0.0.0.0:80")};
  EXPECT_FALSE(Dump());
  EXPECT_EQ(proc_.dumps, 0);
}

TEST_F(FallbackSourceTest, SaysWhyThereIsNeither) {
  FailNetlink(DumpErrorReason::kOpen, true);
  proc_.tables[Protocol::kTcp].error = DumpError{DumpErrorReason::kReceive, "no /proc"};
  const auto stats = Dump();
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().message, "no netlink; no /proc");
  EXPECT_EQ(stats.error().reason, DumpErrorReason::kReceive);
  EXPECT_TRUE(told_.empty());
}

}  // namespace
}  // namespace sockdiag
