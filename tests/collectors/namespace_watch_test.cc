// Other network namespaces: what is watched and counted from turn to turn.

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "collectors/owners_by_name.h"
#include "sockets/watch/drops_by_port.h"
#include "sockets/watch/stuck_ports.h"
#include "sockets/watch/watch_figures.h"
#include "tests/collectors/namespaces_case.h"

namespace sockdiag {
namespace {

using std::chrono::seconds;
using testing::FakeNamespaces;
using testing::Figures;
using testing::FiguresOf;
using testing::Listener;
using testing::Tcp;
using testing::Udp;
using testing::ValueOf;
using testing::WithTcp;

class NamespaceWatchTest : public testing::NamespacesCase {};

TEST_F(NamespaceWatchTest, AreWatchedEachForItself) {
  const auto leak = [](std::uint64_t cookie) {
    SocketRecord record = Tcp(SocketState::kCloseWait, "10.0.0.1:40000", "10.0.0.2:443");
    record.cookie = cookie;
    return record;
  };
  // Before kernel 5.8 each namespace had cookies of its own.
  namespaces_.all[1] = WithTcp("a", {leak(1)});
  namespaces_.all[2] = WithTcp("b", {leak(1), leak(2)});
  static_cast<void>(Collect());
  clock_.Advance(seconds(61));
  namespaces_.all[2].tables[Protocol::kTcp].push_back(leak(3));
  const Samples samples = Collect();
  const std::string key = "other outbound close_wait namespaces";
  EXPECT_EQ(ValueOf(samples, WatchFiguresByName::kStuckSockets, key), 3);
  EXPECT_EQ(ValueOf(samples, WatchFiguresByName::kOldestSocketAge, key), 61);
  EXPECT_EQ(ValueOf(samples, WatchFiguresByName::kStateEntries, key), 1);
  EXPECT_EQ(ValueOf(samples, WatchFiguresByName::kSocketsPeak, key), 4);
  for (auto& [id, known] : memory_.namespaces().known()) {
    EXPECT_TRUE(known.watch.Report().peaks.empty()) << "they are kept of all together";
  }
  EXPECT_EQ(ValueOf(samples, StuckPorts::kStuckSockets, "443 outbound close_wait namespaces"), 3);
  EXPECT_EQ(ValueOf(samples, OwnersByName::kStuckSockets, "netns b close_wait"), 2);
  EXPECT_EQ(ValueOf(Collect(), WatchFiguresByName::kStateEntries, key), 1) << "counted once";
}

TEST_F(NamespaceWatchTest, CountByOwnerWhatIsDroppedAndSentAgain) {
  const auto fill = [&](std::uint32_t listen_drops, std::uint32_t receive_drops) {
    SocketRecord listener = Listener("0.0.0.0:80");
    listener.cookie = 1;
    listener.drops = listen_drops;
    SocketRecord receiver = Udp("0.0.0.0:53");
    receiver.cookie = 2;
    receiver.drops = receive_drops;
    FakeNamespaces::One one = WithTcp("a", {listener});
    one.tables[Protocol::kUdp] = {receiver};
    // More with each turn, so that none is idle.
    one.counters.udp_in_use = 1;
    one.counters.udp_datagrams = ++datagrams_;
    one.counters.tcp_segments_retransmitted = 100 + 2 * listen_drops;
    namespaces_.all[1] = one;
  };
  const auto counts = [](const Samples& samples) {
    return std::array{FiguresOf(samples, OwnersByName::kListenDrops),
                      FiguresOf(samples, OwnersByName::kReceiveDrops),
                      FiguresOf(samples, OwnersByName::kRetransmits)};
  };
  const auto all = [](double listen, double receive, double retransmits) {
    return std::array{Figures{{"netns a", listen}}, Figures{{"netns a", receive}},
                      Figures{{"netns a", retransmits}}};
  };
  fill(7, 8);
  EXPECT_EQ(counts(Collect()), all(0, 0, 0)) << "nobody knows when";
  fill(9, 8);
  EXPECT_EQ(counts(Collect()), all(2, 0, 4));
  EXPECT_EQ(counts(Show(last_round_)), all(2, 0, 4)) << "two scrapes share a collection";
  EXPECT_EQ(counts(Collect()), all(2, 0, 4)) << "counted once";
  fill(10, 11);
  static_cast<void>(CollectOnly());
  const SocketMemory::Round late = last_round_;
  static_cast<void>(CollectOnly());
  EXPECT_EQ(counts(Show(late)), all(3, 3, 6));
  EXPECT_EQ(counts(Show(last_round_)), all(3, 3, 6)) << "the next one had ended before";
  namespaces_.all.clear();
  EXPECT_EQ(counts(Collect()), all(3, 3, 6)) << "no counter goes back";
}

TEST_F(NamespaceWatchTest, ShowNoDropsWhereTheseAreTurnedOff) {
  namespaces_.all[1] = WithTcp("a", {Listener("0.0.0.0:80")});
  const auto has_drops = [](const Samples& samples) {
    return std::pair(samples.Has(OwnersByName::kListenDrops),
                     samples.Has(DropsByPort::kListenDrops));
  };
  EXPECT_EQ(has_drops(Collect()), std::pair(true, true));
  collects_drops_ = false;
  Configure();
  const Samples samples = Collect();
  EXPECT_EQ(has_drops(samples), std::pair(false, false)) << "nor rows that are retained";
  EXPECT_TRUE(samples.Has(OwnersByName::kRetransmits));
  EXPECT_EQ(ValueOf(samples, ListenerTally::kListeners, "tcp 80 other namespaces"), 1);
}

TEST_F(NamespaceWatchTest, TrackNoMoreSocketsThanTheLimitTogether) {
  watch_.max_tracked_sockets = 3;
  Configure();
  std::uint64_t cookie = 0;
  for (NamespaceId id = 1; id <= 2; ++id) {
    std::vector<SocketRecord> sockets;
    for (int i = 0; i < 2; ++i) {
      sockets.push_back(Tcp(SocketState::kCloseWait, "10.0.0.1:40000", "10.0.0.2:443"));
      sockets.back().cookie = ++cookie;
    }
    namespaces_.all[id] = WithTcp("a", sockets);
  }
  const Samples samples = Collect();
  EXPECT_EQ(memory_.namespaces().tracked(), 3U);
  EXPECT_EQ(ValueOf(samples, WatchFiguresByName::kUntrackedSockets, "namespaces"), 1);
}

}  // namespace
}  // namespace sockdiag
