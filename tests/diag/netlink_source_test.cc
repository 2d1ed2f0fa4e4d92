#include "diag/netlink_source.h"

#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include <cerrno>
#include <cstring>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_transport.h"

namespace sockdiag {
namespace {

using testing::Answer;
using testing::Bytes;
using testing::DatagramBuilder;
using testing::DiagSocket;
using testing::FakeClock;
using testing::FakeKernel;
using testing::InetDiagPayload;
using testing::RecordList;
using testing::Script;

class NetlinkSourceTest : public ::testing::Test {
 protected:
  /// The n-th dump of a source has sequence n, from 1.
  static DatagramBuilder Datagram(std::uint32_t sequence) {
    return {sequence, FakeKernel::kPortId};
  }
  static Script Answers(std::deque<Answer> answers) { return {0, 0, std::move(answers)}; }
  static Bytes Sockets(std::uint32_t sequence, std::uint16_t type, int count) {
    DatagramBuilder datagram = Datagram(sequence);
    for (int i = 0; i < count; ++i) datagram.Message(type, InetDiagPayload(DiagSocket()));
    return datagram.bytes();
  }

  void ExpectFailure(Protocol protocol, DumpErrorReason reason) {
    const auto stats = source_.Dump(protocol, StateSet::All(protocol), sink_);
    ASSERT_FALSE(stats);
    EXPECT_EQ(stats.error().reason, reason);
    EXPECT_FALSE(stats.error().message.empty());
  }

  FakeKernel kernel_;
  FakeClock clock_;
  RecordList sink_;
  NetlinkSource source_{kernel_.Factory(), clock_};
};

TEST_F(NetlinkSourceTest, WalksTcpOnceForBothFamilies) {
  kernel_.Add(Answers({Sockets(1, TCPDIAG_GETSOCK, 2), Datagram(1).Done(0).bytes()}));
  const auto stats = source_.Dump(Protocol::kTcp, StateSet::All(Protocol::kTcp), sink_);
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(stats->sockets, 2U);
  EXPECT_EQ(sink_.records.size(), 2U);
  EXPECT_EQ(kernel_.requests.size(), 1U);
}

TEST_F(NetlinkSourceTest, DumpsUnconnectedUdpOfBothFamiliesBeforeConnected) {
  for (std::uint32_t walk = 1; walk <= 4; ++walk) {
    kernel_.Add(Answers({Sockets(walk, SOCK_DIAG_BY_FAMILY, static_cast<int>(walk)),
                         Datagram(walk).Done(0).bytes()}));
  }
  const auto stats = source_.Dump(Protocol::kUdp, StateSet::All(Protocol::kUdp), sink_);
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(stats->sockets, 10U);
  ASSERT_EQ(kernel_.requests.size(), 4U);
  std::vector<std::pair<int, std::uint32_t>> asked;
  for (const Bytes& request : kernel_.requests) {
    inet_diag_req_v2 payload;
    std::memcpy(&payload, request.data() + 16, sizeof(payload));
    asked.emplace_back(payload.sdiag_family, payload.idiag_states);
  }
  EXPECT_EQ(asked, (std::vector<std::pair<int, std::uint32_t>>{
                       {AF_INET, 1U << 7}, {AF_INET6, 1U << 7}, {AF_INET, 2}, {AF_INET6, 2}}));
}

TEST_F(NetlinkSourceTest, AsksOnlyForTheStatesThatAreWanted) {
  kernel_.Add(Answers({Datagram(1).Done(0).bytes()}));
  ASSERT_TRUE(source_.Dump(Protocol::kTcp, {SocketState::kSynSent, SocketState::kListen}, sink_));
  inet_diag_req tcp;
  std::memcpy(&tcp, kernel_.requests.at(0).data() + 16, sizeof(tcp));
  EXPECT_EQ(tcp.idiag_states, 1U << 2 | 1U << 10);

  for (std::uint32_t walk = 2; walk <= 3; ++walk) {
    kernel_.Add(Answers({Datagram(walk).Done(0).bytes()}));
  }
  ASSERT_TRUE(source_.Dump(Protocol::kUdp, {SocketState::kUnconnected}, sink_));
  EXPECT_EQ(kernel_.requests.size(), 3U);
}

TEST_F(NetlinkSourceTest, FailsWhenOneOfTheUdpWalksFails) {
  kernel_.Add(Answers({Datagram(1).Done(0).bytes()}));
  kernel_.Add(Answers({Datagram(2).Error(-EPERM).bytes()}));
  ExpectFailure(Protocol::kUdp, DumpErrorReason::kKernel);
}

TEST_F(NetlinkSourceTest, GoesOnAfterAnInterruptedReceive) {
  kernel_.Add(Answers({tl::unexpected(EINTR), Sockets(1, TCPDIAG_GETSOCK, 1), tl::unexpected(EINTR),
                       Datagram(1).Done(0).bytes()}));
  const auto stats = source_.Dump(Protocol::kTcp, StateSet::All(Protocol::kTcp), sink_);
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(stats->sockets, 1U);
}

TEST_F(NetlinkSourceTest, PlaysEachTransportError) {
  const std::pair<Script, DumpErrorReason> cases[] = {
      {{EMFILE, 0, {}}, DumpErrorReason::kOpen},
      {{0, ENOBUFS, {}}, DumpErrorReason::kSend},
      {Answers({}), DumpErrorReason::kTimeout},
      {Answers({tl::unexpected(ENOSPC)}), DumpErrorReason::kTruncated},
      {Answers({tl::unexpected(ENOBUFS)}), DumpErrorReason::kOverrun},
      {Answers({tl::unexpected(EBUSY)}), DumpErrorReason::kBusy},
      {Answers({tl::unexpected(ECONNREFUSED)}), DumpErrorReason::kReceive},
      {Answers({Bytes(40'000)}), DumpErrorReason::kTruncated}};
  for (const auto& [script, reason] : cases) {
    kernel_.Add(script);
    ExpectFailure(Protocol::kTcp, reason);
  }
}

TEST_F(NetlinkSourceTest, FailsWhenTheDumpBreaksOffAfterSockets) {
  kernel_.Add(Answers({Sockets(1, TCPDIAG_GETSOCK, 5), tl::unexpected(ENOBUFS)}));
  ExpectFailure(Protocol::kTcp, DumpErrorReason::kOverrun);
}

TEST_F(NetlinkSourceTest, UsesANewSocketForEachDump) {
  kernel_.Add(Answers({tl::unexpected(ENOBUFS)}));
  ExpectFailure(Protocol::kTcp, DumpErrorReason::kOverrun);
  kernel_.Add(Answers({Datagram(2).Done(0).bytes()}));
  EXPECT_TRUE(source_.Dump(Protocol::kTcp, StateSet::All(Protocol::kTcp), sink_));
  EXPECT_EQ(kernel_.opened, 2);
}

TEST_F(NetlinkSourceTest, RejectsTheAnswerToAnEarlierDump) {
  kernel_.Add(Answers({Datagram(1).Done(0).bytes()}));
  ASSERT_TRUE(source_.Dump(Protocol::kTcp, StateSet::All(Protocol::kTcp), sink_));
  kernel_.Add(Answers({Datagram(1).Done(0).bytes()}));
  ExpectFailure(Protocol::kTcp, DumpErrorReason::kSequence);
}

TEST_F(NetlinkSourceTest, RemembersThatAProtocolIsUnsupported) {
  kernel_.Add(Answers({Datagram(1).Done(-ENOENT).bytes()}));
  ExpectFailure(Protocol::kUdp, DumpErrorReason::kUnsupported);
  clock_.Advance(NetlinkSource::kRefusalMemory - std::chrono::seconds(1));
  ExpectFailure(Protocol::kUdp, DumpErrorReason::kUnsupported);
  EXPECT_EQ(kernel_.opened, 1) << "the kernel was asked again, which starts modprobe";

  kernel_.Add(Answers({Datagram(2).Done(0).bytes()}));
  EXPECT_TRUE(source_.Dump(Protocol::kTcp, StateSet::All(Protocol::kTcp), sink_))
      << "the other protocol is not affected";

  clock_.Advance(std::chrono::seconds(1));
  for (std::uint32_t walk = 3; walk <= 6; ++walk) {
    kernel_.Add(Answers({Datagram(walk).Done(0).bytes()}));
  }
  EXPECT_TRUE(source_.Dump(Protocol::kUdp, StateSet::All(Protocol::kUdp), sink_))
      << "a module loaded since then is found";
}

}  // namespace
}  // namespace sockdiag
