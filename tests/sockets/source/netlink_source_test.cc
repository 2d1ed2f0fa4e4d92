#include "sockets/source/netlink_source.h"

#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_transport.h"
#include "tests/support/inet_diag_message.h"

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
    const auto stats = source_.Dump(protocol, {StateSet::All(protocol)}, sink_);
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
  const auto stats = source_.Dump(Protocol::kTcp, {StateSet::All(Protocol::kTcp)}, sink_);
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(stats->sockets, 2U);
  EXPECT_EQ(sink_.records.size(), 2U);
  EXPECT_EQ(kernel_.requests.size(), 1U);
}

/// TCP_NEW_SYN_RECV and TCP_BOUND_INACTIVE: states that no record has.
constexpr std::uint32_t kNoRecords = 3U << 12;

TEST_F(NetlinkSourceTest, DumpsUnconnectedUdpOfBothFamiliesBeforeConnected) {
  for (std::uint32_t walk = 1; walk <= 4; ++walk) {
    kernel_.Add(Answers({Sockets(walk, SOCK_DIAG_BY_FAMILY, static_cast<int>(walk)),
                         Datagram(walk).Done(0).bytes()}));
  }
  const auto stats = source_.Dump(Protocol::kUdp, {StateSet::All(Protocol::kUdp)}, sink_);
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(stats->sockets, 10U);
  ASSERT_EQ(kernel_.requests.size(), 4U);
  std::vector<std::pair<int, std::uint32_t>> asked;
  for (const Bytes& request : kernel_.requests) {
    inet_diag_req_v2 payload;
    std::memcpy(&payload, request.data() + 16, sizeof(payload));
    asked.emplace_back(payload.sdiag_family, payload.idiag_states);
  }
  const std::uint32_t others = ~(kNoRecords | 1U << 7);
  EXPECT_EQ(asked,
            (std::vector<std::pair<int, std::uint32_t>>{
                {AF_INET, 1U << 7}, {AF_INET6, 1U << 7}, {AF_INET, others}, {AF_INET6, others}}));
}

TEST_F(NetlinkSourceTest, AsksOnlyForTheStatesThatAreWanted) {
  kernel_.Add(Answers({Datagram(1).Done(0).bytes()}));
  ASSERT_TRUE(source_.Dump(Protocol::kTcp, {{SocketState::kSynSent, SocketState::kListen}}, sink_));
  inet_diag_req tcp;
  std::memcpy(&tcp, kernel_.requests.at(0).data() + 16, sizeof(tcp));
  EXPECT_EQ(tcp.idiag_states, 1U << 2 | 1U << 10);

  for (std::uint32_t walk = 2; walk <= 3; ++walk) {
    kernel_.Add(Answers({Datagram(walk).Done(0).bytes()}));
  }
  ASSERT_TRUE(source_.Dump(Protocol::kUdp, {{SocketState::kUnconnected}}, sink_));
  EXPECT_EQ(kernel_.requests.size(), 3U);
}

std::pair<std::uint32_t, int> StatesAndExtensions(const Bytes& request) {
  inet_diag_req payload;
  std::memcpy(&payload, request.data() + 16, sizeof(payload));
  return {payload.idiag_states, payload.idiag_ext};
}

TEST_F(NetlinkSourceTest, WalksTcpListenersFirstWhereTheirMemoryIsWanted) {
  constexpr WantedAttributes kMemory{.memory = true};
  kernel_.Add(Answers({Sockets(1, TCPDIAG_GETSOCK, 2), Datagram(1).Done(0).bytes()}));
  kernel_.Add(Answers({Sockets(2, TCPDIAG_GETSOCK, 3), Datagram(2).Done(0).bytes()}));
  const auto stats = source_.Dump(Protocol::kTcp, {StateSet::All(Protocol::kTcp), kMemory}, sink_);
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(stats->sockets, 5U);
  ASSERT_EQ(kernel_.requests.size(), 2U);
  EXPECT_EQ(StatesAndExtensions(kernel_.requests[0]), (std::pair{1U << 10, 0x40}));
  EXPECT_EQ(StatesAndExtensions(kernel_.requests[1]), (std::pair{~(kNoRecords | 1U << 10), 0}));
  kernel_.Add(Answers({Datagram(3).Done(0).bytes()}));
  EXPECT_TRUE(source_.Dump(Protocol::kTcp, {{SocketState::kListen}, kMemory}, sink_));
  kernel_.Add(Answers({Datagram(4).Done(0).bytes()}));
  EXPECT_TRUE(source_.Dump(Protocol::kTcp, {{SocketState::kCloseWait}, kMemory}, sink_));
  EXPECT_EQ(StatesAndExtensions(kernel_.requests[3]), (std::pair{1U << 8, 0x40}));
}

TEST_F(NetlinkSourceTest, FailsWhenOneOfTheUdpWalksFails) {
  kernel_.Add(Answers({Datagram(1).Done(0).bytes()}));
  kernel_.Add(Answers({Datagram(2).Error(-EPERM).bytes()}));
  ExpectFailure(Protocol::kUdp, DumpErrorReason::kKernel);
}

TEST_F(NetlinkSourceTest, GoesOnAfterAnInterruptedReceive) {
  kernel_.Add(Answers({tl::unexpected(EINTR), Sockets(1, TCPDIAG_GETSOCK, 1), tl::unexpected(EINTR),
                       Datagram(1).Done(0).bytes()}));
  const auto stats = source_.Dump(Protocol::kTcp, {StateSet::All(Protocol::kTcp)}, sink_);
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

TEST_F(NetlinkSourceTest, MapsErrorMessagesToReasons) {
  const std::pair<int, DumpErrorReason> cases[] = {
      {EBUSY, DumpErrorReason::kBusy},         {EINTR, DumpErrorReason::kInterrupted},
      {ENOBUFS, DumpErrorReason::kOverrun},    {EINVAL, DumpErrorReason::kKernel},
      {ENOENT, DumpErrorReason::kUnsupported}, {EOPNOTSUPP, DumpErrorReason::kUnsupported}};
  std::uint32_t sequence = 0;
  for (const auto& [number, reason] : cases) {
    SCOPED_TRACE(number);
    kernel_.Add(Answers({Datagram(++sequence).Error(-number).bytes()}));
    ExpectFailure(Protocol::kTcp, reason);
    clock_.Advance(RefusalMemory::kTime);
  }
}

TEST_F(NetlinkSourceTest, RejectsARecordShorterThanItsHeader) {
  kernel_.Add(Answers({Datagram(1).Message(TCPDIAG_GETSOCK, Bytes(68)).bytes()}));
  ExpectFailure(Protocol::kTcp, DumpErrorReason::kMalformed);
}

TEST_F(NetlinkSourceTest, FailsWhenTheDumpBreaksOffAfterSockets) {
  kernel_.Add(Answers({Sockets(1, TCPDIAG_GETSOCK, 5), tl::unexpected(ENOBUFS)}));
  ExpectFailure(Protocol::kTcp, DumpErrorReason::kOverrun);
}

TEST_F(NetlinkSourceTest, UsesANewSocketForEachDump) {
  kernel_.Add(Answers({tl::unexpected(ENOBUFS)}));
  ExpectFailure(Protocol::kTcp, DumpErrorReason::kOverrun);
  kernel_.Add(Answers({Datagram(2).Done(0).bytes()}));
  EXPECT_TRUE(source_.Dump(Protocol::kTcp, {StateSet::All(Protocol::kTcp)}, sink_));
  EXPECT_EQ(kernel_.opened, 2);
}

TEST_F(NetlinkSourceTest, RejectsTheAnswerToAnEarlierDump) {
  kernel_.Add(Answers({Datagram(1).Done(0).bytes()}));
  ASSERT_TRUE(source_.Dump(Protocol::kTcp, {StateSet::All(Protocol::kTcp)}, sink_));
  kernel_.Add(Answers({Datagram(1).Done(0).bytes()}));
  ExpectFailure(Protocol::kTcp, DumpErrorReason::kSequence);
}

/// What a kernel without the module answers to the dump request, and what is said of it.
struct MissingModule {
  const char* what;
  Protocol protocol;
  Script script;
  std::string message;

  friend void PrintTo(const MissingModule& missing, std::ostream* out) { *out << missing.message; }
};

std::vector<MissingModule> MissingModules() {
  const auto answer = [](DatagramBuilder datagram) { return Script{0, 0, {datagram.bytes()}}; };
  const DatagramBuilder first(1, FakeKernel::kPortId);
  const std::string when = "after 5 minutes or at a reload";
  const std::string tcp =
      "): load it with modprobe tcp_diag; asked again when it is loaded, " + when;
  const std::string udp =
      "): load it with modprobe udp_diag; asked again when it is loaded, " + when;
  return {{"no tcp_diag", Protocol::kTcp, answer(DatagramBuilder(first).Done(-ENOENT)),
           "the kernel has no tcp_diag module (ENOENT" + tcp},
          {"no inet_diag", Protocol::kTcp, answer(DatagramBuilder(first).Error(-EOPNOTSUPP)),
           "the kernel has no inet_diag module (EOPNOTSUPP" + tcp},
          {"no udp_diag", Protocol::kUdp, answer(DatagramBuilder(first).Done(-ENOENT)),
           "the kernel has no udp_diag module (ENOENT" + udp},
          {"no inet_diag", Protocol::kUdp, answer(DatagramBuilder(first).Error(-ENOENT)),
           "the kernel has no udp_diag module (ENOENT" + udp},
          {"no sock_diag", Protocol::kUdp, Script{EPROTONOSUPPORT, 0, {}},
           "cannot open a sock_diag netlink socket: Protocol not supported (EPROTONOSUPPORT): the "
           "kernel has no sock_diag; asked again " +
               when}};
}

/// A source whose first dump is answered by a kernel without the module.
class MissingModuleTest : public ::testing::TestWithParam<MissingModule> {
 protected:
  MissingModuleTest() { kernel_.Add(GetParam().script); }
  DumpResult<DumpStats> Dump() {
    return source_.Dump(GetParam().protocol, {StateSet::All(GetParam().protocol)}, sink_);
  }
  void ExpectUnsupported() {
    const auto stats = Dump();
    ASSERT_FALSE(stats);
    EXPECT_EQ(stats.error().reason, DumpErrorReason::kUnsupported);
    EXPECT_EQ(stats.error().message, GetParam().message);
  }

  /// What the kernel answers when it has the module.
  void HaveModule() {
    // A dump that could not even be opened has used up its sequence number, too.
    const std::uint32_t walks = GetParam().protocol == Protocol::kTcp ? 1 : 4;
    for (std::uint32_t walk = 0; walk < walks; ++walk) {
      kernel_.Add({0, 0, {DatagramBuilder(walk + 2, FakeKernel::kPortId).Done(0).bytes()}});
    }
  }

  FakeKernel kernel_;
  FakeClock clock_;
  RecordList sink_;
  std::set<std::string> loaded_;
  NetlinkSource source_{kernel_.Factory(), clock_,
                        [this](const std::string& module) { return loaded_.contains(module); }};
};
INSTANTIATE_TEST_SUITE_P(NetlinkSource, MissingModuleTest, ::testing::ValuesIn(MissingModules()),
                         [](const auto& test) {
                           std::string name =
                               std::string(Name(test.param.protocol)) + "_" + test.param.what;
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

TEST_P(MissingModuleTest, IsNamedAndNotAskedForAgainTooSoon) {
  ExpectUnsupported();
  clock_.Advance(RefusalMemory::kTime - std::chrono::seconds(1));
  ExpectUnsupported();
  EXPECT_EQ(kernel_.opened, 1) << "the kernel was asked again, which starts modprobe";
}

TEST_P(MissingModuleTest, IsNotSaidToBeAskedForAgainWhereNobodyWill) {
  NetlinkSource once(
      kernel_.Factory(), clock_, [](const std::string&) { return false; },
      /*is_used_again=*/false);
  const auto stats = once.Dump(GetParam().protocol, {StateSet::All(GetParam().protocol)}, sink_);
  ASSERT_FALSE(stats);
  const std::string& message = GetParam().message;
  EXPECT_EQ(stats.error().message, message.substr(0, message.find("; asked again")));
}

TEST_P(MissingModuleTest, IsFoundWhenItWasLoadedSince) {
  ExpectUnsupported();
  clock_.Advance(RefusalMemory::kTime);
  HaveModule();
  const auto stats = Dump();
  EXPECT_TRUE(stats) << stats.error().message;
}

TEST_P(MissingModuleTest, IsAskedForAtOnceWhenItIsSeenToBeLoaded) {
  ExpectUnsupported();
  loaded_ = {"inet_diag", GetParam().protocol == Protocol::kTcp ? "udp_diag" : "tcp_diag"};
  ExpectUnsupported();
  loaded_ = {"inet_diag", "tcp_diag", "udp_diag", "sock_diag"};
  HaveModule();
  const auto stats = Dump();
  if (GetParam().message.find("modprobe") == std::string::npos) {
    EXPECT_FALSE(stats) << "there is no module that could have been loaded";
  } else {
    EXPECT_TRUE(stats) << stats.error().message;
  }
}

/// Then its loading is not what is missing, and to ask would be in vain each time.
TEST_P(MissingModuleTest, IsNotAskedForAgainWhenItWasThereAllAlong) {
  loaded_ = {"inet_diag", "tcp_diag", "udp_diag"};
  ASSERT_FALSE(Dump());
  const auto stats = Dump();
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().message.find("when it is loaded"), std::string::npos);
  EXPECT_EQ(kernel_.opened, 1);
}

TEST_F(NetlinkSourceTest, RemembersADenialWhereItIsToldTo) {
  const auto refusals = std::make_shared<Refusals>(clock_, Refusals::Options{.with_denials = true});
  NetlinkSource source(kernel_.Factory(), refusals);
  kernel_.Add({EPERM, 0, {}});
  for (int i = 0; i < 2; ++i) {
    const auto stats = source.Dump(Protocol::kTcp, {StateSet::All(Protocol::kTcp)}, sink_);
    ASSERT_FALSE(stats);
    EXPECT_EQ(
        stats.error().message,
        "cannot open a sock_diag netlink socket: Operation not permitted (EPERM); asked again "
        "after 5 minutes or at a reload");
    EXPECT_TRUE(stats.error().is_denied);
  }
  EXPECT_EQ(kernel_.opened, 1);
  clock_.Advance(RefusalMemory::kTime);
  kernel_.Add(Answers({Datagram(2).Error(-EPERM).bytes()}));
  const auto stats = source.Dump(Protocol::kTcp, {StateSet::All(Protocol::kTcp)}, sink_);
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().message,
            "the kernel refused the dump: Operation not permitted (EPERM); asked again after 5 "
            "minutes or at a reload");
}

TEST_F(NetlinkSourceTest, SharesRefusalsWithOthers) {
  const auto refusals = std::make_shared<Refusals>(clock_, Refusals::Options{});
  NetlinkSource one(kernel_.Factory(), refusals);
  NetlinkSource other(kernel_.Factory(), refusals);
  kernel_.Add({EPROTONOSUPPORT, 0, {}});
  for (NetlinkSource* source : {&one, &other, &one}) {
    EXPECT_FALSE(source->Dump(Protocol::kTcp, {StateSet::All(Protocol::kTcp)}, sink_));
  }
  EXPECT_EQ(kernel_.opened, 1);
}

TEST_F(NetlinkSourceTest, AsksAgainAfterADenialOtherwise) {
  for (int i = 1; i <= 2; ++i) {
    kernel_.Add({EPERM, 0, {}});
    ExpectFailure(Protocol::kTcp, DumpErrorReason::kOpen);
    EXPECT_EQ(kernel_.opened, i);
  }
}

TEST_F(NetlinkSourceTest, AnUnsupportedProtocolLeavesTheOtherOne) {
  kernel_.Add(Answers({Datagram(1).Done(-ENOENT).bytes()}));
  ExpectFailure(Protocol::kUdp, DumpErrorReason::kUnsupported);
  kernel_.Add(Answers({Datagram(2).Done(0).bytes()}));
  EXPECT_TRUE(source_.Dump(Protocol::kTcp, {StateSet::All(Protocol::kTcp)}, sink_));
}

/// With IPv6 turned off, inet_diag answers for AF_INET6 all the same (inet_diag_init() in the
/// kernel's net/ipv4/inet_diag.c registers both families): with a table without sockets.
TEST_F(NetlinkSourceTest, AKernelWithoutIpv6ShowsItsIpv4Sockets) {
  for (std::uint32_t walk = 1; walk <= 4; ++walk) {
    const bool is_ipv4 = walk % 2 == 1;
    kernel_.Add(
        is_ipv4 ? Answers({Sockets(walk, SOCK_DIAG_BY_FAMILY, 1), Datagram(walk).Done(0).bytes()})
                : Answers({Datagram(walk).Done(0).bytes()}));
  }
  const auto stats = source_.Dump(Protocol::kUdp, {StateSet::All(Protocol::kUdp)}, sink_);
  ASSERT_TRUE(stats) << stats.error().message;
  EXPECT_EQ(stats->sockets, 2U);
}

}  // namespace
}  // namespace sockdiag
