#include "sockets/source/proc_source.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/files.h"

namespace sockdiag {
namespace {

constexpr const char* kHeading =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n";
const std::string kZeros(24, '0');

/// `port` and `state` in hexadecimal digits.
std::string Line(const std::string& port, const std::string& state, bool is_ipv6 = false) {
  const std::string zeros = (is_ipv6 ? kZeros : "") + "00000000:";
  return "   0: " + zeros + port + " " + zeros + "0000 " + state +
         " 00000000:00000001 00:00000000 00000000     0        0 4711 1 0000000000000000 0\n";
}
std::string Line6(const std::string& port, const std::string& state) {
  return Line(port, state, true);
}

class Ports final : public SocketSink {
 public:
  void Add(const SocketRecord& record) override {
    if (on_record) on_record();
    list.push_back(record.local.port.Value());
  }
  std::vector<int> list;
  std::function<void()> on_record;
};

class ProcSourceTest : public ::testing::Test {
 protected:
  void Write(const std::string& table, const std::string& lines) const {
    root_.Write("thread-self/net/" + table, kHeading + lines);
  }
  DumpResult<DumpStats> Dump(Protocol protocol, std::optional<StateSet> states = {}) {
    sink_.list.clear();
    return source_.Dump(protocol, {states.value_or(StateSet::All(protocol))}, sink_);
  }
  void ExpectFailure(Protocol protocol, DumpErrorReason reason, const std::string& message) {
    const auto stats = Dump(protocol);
    ASSERT_FALSE(stats);
    EXPECT_EQ(stats.error().reason, reason);
    EXPECT_EQ(stats.error().message, root_.path() + "/thread-self/net/" + message);
    EXPECT_FALSE(stats.error().is_denied);
  }

  const testing::TemporaryDirectory root_;
  testing::FakeClock clock_;
  Ports sink_;
  /// CPU time, and what each look at it adds.
  std::chrono::milliseconds cpu_{0};
  std::chrono::milliseconds cost_{0};
  ProcSource source_{ProcReading{
      .clock = clock_, .root = root_.path(), .cpu_clock = [this] { return cpu_ += cost_; }}};
};

TEST_F(ProcSourceTest, GivesTheListenersOfBothFamiliesFirst) {
  Write("tcp", Line("0001", "0A") + Line("0002", "01"));
  Write("tcp6", Line6("0003", "0A") + Line6("0004", "08") + Line6("0005", "06"));
  const DumpStats stats = Dump(Protocol::kTcp).value();
  EXPECT_EQ(sink_.list, (std::vector{3, 1, 2, 4, 5}));
  EXPECT_EQ(stats.sockets, 5U);
  EXPECT_EQ(stats.bytes, 2 * Line("", "").size() + 3 * Line6("", "").size() + 5 * 6);
  EXPECT_EQ(stats.source, SourceKind::kProc);
}

TEST_F(ProcSourceTest, ReadsTheOneFamilyWhereTheOtherHasNone) {
  Write("tcp", Line("0001", "0A"));
  Write("tcp6", "");
  ASSERT_TRUE(Dump(Protocol::kTcp));
  EXPECT_EQ(sink_.list, std::vector{1});
  Write("tcp", "");
  Write("tcp6", Line6("0003", "0A"));
  ASSERT_TRUE(Dump(Protocol::kTcp));
  EXPECT_EQ(sink_.list, std::vector{3});
}

TEST_F(ProcSourceTest, AKernelWithoutIpv6HasNoSuchTable) {
  Write("tcp", Line("0001", "0A") + Line("0002", "01"));
  Write("udp", Line("0003", "07"));
  ASSERT_TRUE(Dump(Protocol::kTcp));
  EXPECT_EQ(sink_.list, (std::vector{1, 2}));
  ASSERT_TRUE(Dump(Protocol::kUdp));
  EXPECT_EQ(sink_.list, std::vector{3});
}

TEST_F(ProcSourceTest, GivesTheStatesThatAreWanted) {
  Write("tcp", Line("0001", "0A") + Line("0002", "01") + Line("0003", "08") + Line("0004", "0D"));
  ASSERT_TRUE(Dump(Protocol::kTcp, StateSet{SocketState::kListen, SocketState::kCloseWait}));
  EXPECT_EQ(sink_.list, (std::vector{1, 3}));
  Write("udp", Line("0005", "07") + Line("0006", "01"));
  ASSERT_TRUE(Dump(Protocol::kUdp, StateSet{SocketState::kEstablished}));
  EXPECT_EQ(sink_.list, std::vector{6});
}

TEST_F(ProcSourceTest, GivesStatesThatNobodyKnowsWhereAllAreWanted) {
  Write("tcp", Line("0001", "0A") + Line("0002", "0E"));
  ASSERT_TRUE(Dump(Protocol::kTcp));
  EXPECT_EQ(sink_.list, (std::vector{1, 2}));
  Write("udp", Line("0003", "0E") + Line("0004", "07"));
  EXPECT_EQ(Dump(Protocol::kUdp).value().sockets, 2U);
  EXPECT_EQ(sink_.list, (std::vector{4, 3}));
}

TEST_F(ProcSourceTest, GivesUnconnectedUdpOfBothFamiliesFirst) {
  Write("udp", Line("0001", "01") + Line("0002", "07"));
  Write("udp6", Line6("0003", "01") + Line6("0004", "07"));
  EXPECT_EQ(Dump(Protocol::kUdp).value().sockets, 4U);
  EXPECT_EQ(sink_.list, (std::vector{2, 4, 1, 3}));
}

TEST_F(ProcSourceTest, UdpEndsAtItsLimitAndTcpHasNone) {
  cost_ = ProcSource::kUdpLimit;
  Write("udp", Line("0001", "07"));
  ExpectFailure(Protocol::kUdp, DumpErrorReason::kTimeout,
                "udp: reading took more than the limit of 1000 ms of CPU time; asked again after 5 "
                "minutes or at a reload");
  Write("tcp", Line("0001", "07"));
  EXPECT_TRUE(Dump(Protocol::kTcp));
}

TEST_F(ProcSourceTest, UdpBeyondItsLimitIsNotReadAgainForFiveMinutes) {
  Write("udp", Line("0001", "07"));
  cost_ = ProcSource::kUdpLimit;
  const std::string error = Dump(Protocol::kUdp).error().message;
  cost_ = std::chrono::milliseconds(0);
  clock_.Advance(std::chrono::minutes(5) - std::chrono::seconds(1));
  EXPECT_EQ(Dump(Protocol::kUdp).error().message, error);
  EXPECT_EQ(sink_.list, std::vector<int>());
  clock_.Advance(std::chrono::seconds(1));
  ASSERT_TRUE(Dump(Protocol::kUdp));
  EXPECT_EQ(sink_.list, std::vector{1});
}

TEST_F(ProcSourceTest, OnABusyMachineNothingIsLost) {
  Write("udp", Line("0001", "07") + Line("0002", "01"));
  sink_.on_record = [this] { clock_.Advance(std::chrono::hours(1)); };
  EXPECT_TRUE(Dump(Protocol::kUdp));
}

TEST_F(ProcSourceTest, WhatElseIsWrongWithATableIsNotRemembered) {
  Write("udp", "garbage\n");
  EXPECT_FALSE(Dump(Protocol::kUdp));
  Write("udp", "");
  EXPECT_TRUE(Dump(Protocol::kUdp));
}

TEST_F(ProcSourceTest, FailsWithoutATable) {
  ExpectFailure(Protocol::kTcp, DumpErrorReason::kOpen, "tcp: there is no such table");
  ExpectFailure(Protocol::kUdp, DumpErrorReason::kOpen, "udp: there is no such table");
}

TEST_F(ProcSourceTest, FailsWithATableThatCannotBeRead) {
  Write("tcp", "");
  root_.MakeUnreadable("thread-self/net/tcp6");
  ExpectFailure(Protocol::kTcp, DumpErrorReason::kReceive, "tcp6: Is a directory (EISDIR)");
  root_.Write("thread-self/net/tcp6", "");
  ExpectFailure(Protocol::kTcp, DumpErrorReason::kReceive, "tcp6: it has no heading");
}

TEST_F(ProcSourceTest, FailsWithALineThatIsNone) {
  Write("tcp", Line("0001", "0A") + "garbage\n");
  ExpectFailure(Protocol::kTcp, DumpErrorReason::kMalformed,
                "tcp: \"garbage\" is not a line of sockets");
  Write("tcp6", Line6("0001", "01"));
  ExpectFailure(Protocol::kTcp, DumpErrorReason::kMalformed,
                "tcp: \"garbage\" is not a line of sockets");
  Write("udp", Line("0001", "07") + Line("0002", "07").substr(0, 40));
  EXPECT_EQ(Dump(Protocol::kUdp).error().reason, DumpErrorReason::kMalformed);
  Write("tcp", std::string(1 << 20, '0'));
  EXPECT_EQ(Dump(Protocol::kTcp).error().reason, DumpErrorReason::kReceive);
}

TEST_F(ProcSourceTest, ReadsManyLines) {
  std::string lines;
  for (int i = 0; i < 50'000; ++i) lines += Line("0001", "01");
  Write("tcp", lines);
  EXPECT_EQ(Dump(Protocol::kTcp).value().sockets, 50'000U);
}

}  // namespace
}  // namespace sockdiag
