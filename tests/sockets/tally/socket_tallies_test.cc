#include "sockets/tally/socket_tallies.h"

#include <gtest/gtest.h>

#include "sockets/naming/service_matcher.h"
#include "tests/support/figures.h"
#include "tests/support/records.h"

namespace sockdiag {
namespace {

using testing::Figures;
using testing::FiguresOf;
using testing::Listener;
using testing::NonZero;
using testing::Tcp;
using testing::Udp;
constexpr auto kUp = SocketState::kEstablished;

/// What is shown of one dump when every name has a place.
class SocketTalliesTest : public ::testing::Test {
 protected:
  Samples Shown(Protocol protocol, const std::vector<SocketRecord>& records,
                const EphemeralPorts& ephemeral = {}) {
    const ServiceMatcher matcher({},
                                 {{{Protocol::kTcp, Port::FromHost(443)}, "https"},
                                  {{Protocol::kUdp, Port::FromHost(53)}, "domain"}},
                                 names_, fallback_);
    SocketTallies tallies(protocol, ephemeral, matcher);
    ListenerMemory memory(protocol);
    ListenerMemory::Pass listeners = memory.Begin();
    Classifier classifier(matcher, ephemeral.range, listeners);
    for (const SocketRecord& record : records) tallies.Add(record, classifier.Classify(record));

    ShownServices services(names_);
    services.Configure({}, {});
    ShownServices::Sizes sizes;
    tallies.services().ForEachGroup([&](GroupId group, const ServiceTally::States& states) {
      sizes[GroupOf(group).service] += states.Total();
    });
    static_cast<void>(services.Admit(sizes, true, {}));
    tallies.services().ForEachGroup([&](GroupId group, const ServiceTally::States& states) {
      for (const SocketState state : kAllStates) {
        if (states[state] != 0) services.Touch(protocol, group, state, {});
      }
    });
    services.Settle({});
    ShownPorts ports;
    ports.Configure({}, services);
    Samples samples;
    Showing showing{protocol, services, ports, tallies.ranks(), {}, samples};
    tallies.Show(showing);
    return samples;
  }

  ServicesFallback fallback_ = ServicesFallback::kOther;
  ServiceNames names_;
};

TEST_F(SocketTalliesTest, CountsEachSocketOnceInEveryView) {
  const Samples samples = Shown(
      Protocol::kTcp, {Listener("[::]:443"), Tcp(kUp, "[::ffff:10.0.0.1]:443", "10.0.0.2:50000"),
                       Tcp(SocketState::kCloseWait, "10.0.0.1:40000", "10.0.0.9:443"),
                       Tcp(SocketState::kTimeWait, "10.0.0.1:40001", "10.0.0.9:8080")});
  EXPECT_EQ(NonZero(FiguresOf(samples, FamilyTally::kSockets)),
            (Figures{{"tcp ipv6 listen", 1},
                     {"tcp ipv6 established", 1},
                     {"tcp ipv4 close_wait", 1},
                     {"tcp ipv4 time_wait", 1}}));
  EXPECT_EQ(NonZero(FiguresOf(samples, ServiceTally::kServiceSockets)),
            (Figures{{"tcp https inbound listen", 1},
                     {"tcp https inbound established", 1},
                     {"tcp https outbound close_wait", 1},
                     {"tcp other outbound time_wait", 1}}));
  EXPECT_EQ(FiguresOf(samples, PortTally::kPortSockets),
            (Figures{{"tcp 443 inbound listen", 1},
                     {"tcp 443 inbound established", 1},
                     {"tcp 443 outbound close_wait", 1},
                     {"tcp 8080 outbound time_wait", 1}}));
}

TEST_F(SocketTalliesTest, AddsQueuesButNotThoseOfListeners) {
  SocketRecord up = Tcp(kUp, "10.0.0.1:443", "10.0.0.2:50000");
  up.receive_queue = 0xffffffff;
  up.send_queue = 7;
  const Samples samples = Shown(Protocol::kTcp, {Listener("0.0.0.0:443", 3, 128), up, up});
  EXPECT_EQ(FiguresOf(samples, QueueTally::kReceiveQueue),
            (Figures{{"tcp https inbound", 2.0 * 0xffffffff}}));
  EXPECT_EQ(FiguresOf(samples, QueueTally::kSendQueue), (Figures{{"tcp https inbound", 14}}));
}

TEST_F(SocketTalliesTest, CountsInboundConnectionsThatNobodyAccepted) {
  const auto waiting = [](SocketRecord record) {
    record.has_inode = false;
    return record;
  };
  const SocketRecord up = Tcp(kUp, "10.0.0.1:443", "10.0.0.2:50000");
  const SocketRecord gone = Tcp(SocketState::kCloseWait, "10.0.0.1:443", "10.0.0.2:50001");
  const SocketRecord orphan = Tcp(SocketState::kFinWait1, "10.0.0.1:443", "10.0.0.2:50002");
  const Samples samples = Shown(Protocol::kTcp, {Listener("0.0.0.0:443"), up, waiting(up), gone,
                                                 waiting(gone), waiting(gone), waiting(orphan)});
  EXPECT_EQ(FiguresOf(samples, UnacceptedTally::kUnacceptedSockets),
            (Figures{{"https established", 1}, {"https close_wait", 2}}));
}

TEST_F(SocketTalliesTest, CountsAcceptedCloseWaitWithBytesBesidesTheFin) {
  std::vector<SocketRecord> records;
  for (const std::uint32_t bytes : {0U, 1U, 2U, 100U}) {
    SocketRecord half_closed = Tcp(SocketState::kCloseWait, "10.0.0.1:50000", "10.0.0.2:443");
    half_closed.receive_queue = bytes;
    records.push_back(half_closed);
  }
  SocketRecord up = Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:443");
  up.receive_queue = 100;
  records.push_back(up);
  SocketRecord unaccepted = records.back();
  unaccepted.state = SocketState::kCloseWait;
  unaccepted.has_inode = false;
  records.push_back(unaccepted);
  EXPECT_EQ(NonZero(FiguresOf(Shown(Protocol::kTcp, records), UnreadTally::kUnreadSockets)),
            (Figures{{"https outbound", 2}}));
}

SocketRecord WithTimer(SocketTimer timer, std::uint8_t retransmits, SocketState state = kUp) {
  SocketRecord record = Tcp(state, "10.0.0.1:50000", "10.0.0.2:443");
  record.timer = timer;
  record.retransmits = retransmits;
  return record;
}

TEST_F(SocketTalliesTest, TellsFromTheTimerWhyAConnectionStalls) {
  using enum SocketTimer;
  const Samples samples =
      Shown(Protocol::kTcp,
            {WithTimer(kNone, 0), WithTimer(kRetransmit, 0), WithTimer(kRetransmit, 9),
             WithTimer(kRetransmit, 1, SocketState::kFinWait1),
             WithTimer(kRetransmit, 1, SocketState::kSynSent),
             WithTimer(kRetransmit, 5, SocketState::kSynRecv), WithTimer(kKeepalive, 0),
             WithTimer(kKeepalive, 1), WithTimer(kKeepalive, 2), WithTimer(kKeepalive, 3),
             WithTimer(kTimeWait, 0, SocketState::kTimeWait), WithTimer(kZeroWindow, 0),
             WithTimer(kZeroWindow, 7), WithTimer(kZeroWindow, 7), WithTimer(kZeroWindow, 7)});
  EXPECT_EQ(NonZero(FiguresOf(samples, StalledTally::kStalledSockets)),
            (Figures{{"https outbound retransmitting", 2},
                     {"https outbound zero_window", 4},
                     {"https outbound keepalive_unanswered", 3}}));
}

TEST_F(SocketTalliesTest, ShowsAPortsNumberInWhatItsStatesCanHave) {
  fallback_ = ServicesFallback::kNumber;
  const Samples listening = Shown(Protocol::kTcp, {Listener("0.0.0.0:9200")});
  EXPECT_EQ(FiguresOf(listening, UnacceptedTally::kUnacceptedSockets), Figures());
  EXPECT_EQ(FiguresOf(listening, UnreadTally::kUnreadSockets), Figures());
  EXPECT_EQ(FiguresOf(listening, StalledTally::kStalledSockets), Figures());
  const Samples serving = Shown(
      Protocol::kTcp, {Listener("0.0.0.0:9200"), Tcp(kUp, "10.0.0.1:9200", "10.0.0.2:50000")});
  EXPECT_EQ(FiguresOf(serving, UnacceptedTally::kUnacceptedSockets),
            (Figures{{"9200 established", 0}}));
  EXPECT_EQ(FiguresOf(serving, UnreadTally::kUnreadSockets), Figures());
  EXPECT_EQ(FiguresOf(serving, StalledTally::kStalledSockets), Figures());
}

TEST_F(SocketTalliesTest, ShowsNothingOfTheseForUdp) {
  const Samples samples = Shown(Protocol::kUdp, {Udp("0.0.0.0:53")});
  EXPECT_FALSE(samples.Has(UnacceptedTally::kUnacceptedSockets));
  EXPECT_FALSE(samples.Has(UnreadTally::kUnreadSockets));
  EXPECT_FALSE(samples.Has(StalledTally::kStalledSockets));
}

TEST_F(SocketTalliesTest, SumsListenersOfAPortAndKeepsTheFullest) {
  const Samples samples =
      Shown(Protocol::kTcp, {Listener("0.0.0.0:443", 3, 2), Listener("0.0.0.0:443", 10, 100),
                             Listener("[::]:443", 0, 50)});
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kListeners), (Figures{{"tcp 443 https", 3}}));
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kQueueLength), (Figures{{"443 https", 13}}));
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kQueueLimit), (Figures{{"443 https", 152}}));
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kSaturation), (Figures{{"443 https", 1.5}}));
}

TEST_F(SocketTalliesTest, FromOneOnAListenerIsFullOrNearlySo) {
  const Samples samples =
      Shown(Protocol::kTcp, {Listener("0.0.0.0:1", 0, 0), Listener("0.0.0.0:2", 1, 0),
                             Listener("0.0.0.0:3", 3, 3), Listener("0.0.0.0:4", 4, 3)});
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kSaturation),
            (Figures{{"1 other", 0}, {"2 other", 1}, {"3 other", 1}, {"4 other", 4.0 / 3}}));
}

TEST_F(SocketTalliesTest, TakesUnconnectedUdpAsListeningAndCountsItsQueues) {
  SocketRecord server = Udp("0.0.0.0:53");
  server.receive_queue = 640;
  const Samples samples = Shown(Protocol::kUdp, {server, Udp("10.0.0.1:53", "10.0.0.2:40000"),
                                                 Udp("10.0.0.1:40000", "10.0.0.2:53")});
  EXPECT_EQ(NonZero(FiguresOf(samples, ServiceTally::kServiceSockets)),
            (Figures{{"udp domain inbound unconnected", 1},
                     {"udp domain inbound established", 1},
                     {"udp domain outbound established", 1}}));
  EXPECT_EQ(NonZero(FiguresOf(samples, QueueTally::kReceiveQueue)),
            (Figures{{"udp domain inbound", 640}}));
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kListeners), (Figures{{"udp 53 domain", 1}}));
  EXPECT_FALSE(samples.Has(ListenerTally::kQueueLength));
}

TEST_F(SocketTalliesTest, NeverDropsAnUnknownState) {
  const Samples samples =
      Shown(Protocol::kTcp, {Tcp(SocketState::kUnknown, "10.0.0.1:443", "10.0.0.2:50000")});
  EXPECT_EQ(NonZero(FiguresOf(samples, FamilyTally::kSockets)), (Figures{{"tcp ipv4 unknown", 1}}));
  EXPECT_EQ(NonZero(FiguresOf(samples, ServiceTally::kServiceSockets)),
            (Figures{{"tcp https inbound unknown", 1}}));
}

TEST_F(SocketTalliesTest, CountsNoEphemeralPortsWhileTheirRangeIsAGuessOrDoesNotMatter) {
  EphemeralPorts ports;
  EXPECT_TRUE(Shown(Protocol::kTcp, {}, ports).Has(EphemeralPortsTally::kLimit));
  EXPECT_FALSE(Shown(Protocol::kUdp, {}, ports).Has(EphemeralPortsTally::kLimit));
  ports.is_known = false;
  EXPECT_FALSE(Shown(Protocol::kTcp, {}, ports).Has(EphemeralPortsTally::kLimit));
}

TEST(PortTable, HoldsEveryPortExactly) {
  PortTable ports;
  for (std::uint32_t port = 0; port < 65536; ++port) {
    ports.Increment(Port::FromHost(static_cast<std::uint16_t>(port)), kUp);
  }
  std::uint32_t expected = 0;
  ports.ForEach([&](Port port, const PortTable::Counts& counts) {
    EXPECT_EQ(port.Value(), expected++);
    EXPECT_EQ(counts.Total(), 1U);
  });
  EXPECT_EQ(expected, 65536U);
}

}  // namespace
}  // namespace sockdiag
