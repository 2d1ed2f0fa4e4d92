// What listeners and receivers drop, from records to what is shown.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "sockets/tally/listener_tally.h"
#include "sockets/watch/drops_by_port.h"
#include "tests/support/figures.h"
#include "tests/support/records.h"
#include "tests/support/socket_scrapes.h"

namespace sockdiag {
namespace {

using testing::Figures;
using testing::FiguresOf;
using testing::SocketScrapes;
using Records = std::vector<SocketRecord>;

SocketRecord Dropping(SocketRecord record, std::uint64_t cookie, std::uint32_t drops) {
  record.cookie = cookie;
  record.drops = drops;
  return record;
}

SocketRecord Web(std::uint32_t drops) {
  return Dropping(testing::Listener("0.0.0.0:80"), 1, drops);
}

Figures Listeners(const Samples& samples) { return FiguresOf(samples, DropsByPort::kListenDrops); }

class DropsTest : public ::testing::Test {
 protected:
  SocketScrapes scrapes_;
};

TEST_F(DropsTest, AreShownOfEachListenerFromZero) {
  EXPECT_EQ(Listeners(scrapes_.Scrape(Records{Web(7), testing::Listener("[::]:22")})),
            (Figures{{"22 other", 0}, {"80 other", 0}}));
  EXPECT_EQ(Listeners(scrapes_.Scrape(Records{Web(9), testing::Listener("[::]:22")})),
            (Figures{{"22 other", 0}, {"80 other", 2}}));
}

TEST_F(DropsTest, AreAPortsTogether) {
  const auto both = [](std::uint32_t drops) {
    return Records{Web(drops), Dropping(testing::Listener("[::]:80"), 2, drops)};
  };
  static_cast<void>(scrapes_.Scrape(both(0)));
  EXPECT_EQ(Listeners(scrapes_.Scrape(both(4))), (Figures{{"80 other", 8}}));
}

TEST_F(DropsTest, AreKeptWhileADumpFailsAndWhileTheListenerIsGone) {
  static_cast<void>(scrapes_.Scrape(Records{Web(0)}));
  static_cast<void>(scrapes_.Scrape(Records{Web(3)}));
  EXPECT_EQ(Listeners(scrapes_.Scrape(std::nullopt)), Figures());
  EXPECT_EQ(Listeners(scrapes_.Scrape(Records())), (Figures{{"80 other", 3}}));
  EXPECT_EQ(Listeners(scrapes_.Scrape(Records())), (Figures{{"80 other", 3}}));
  EXPECT_EQ(Listeners(scrapes_.Scrape(Records{Web(5)})), (Figures{{"80 other", 8}}))
      << "another socket, as it was away";
}

TEST_F(DropsTest, BeginAnewWithTheirRow) {
  static_cast<void>(scrapes_.Scrape(Records{Web(0)}));
  static_cast<void>(scrapes_.Scrape(Records{Web(3)}));
  scrapes_.clock.Advance(Limits().retention + std::chrono::seconds(1));
  EXPECT_EQ(Listeners(scrapes_.Scrape(Records())), Figures());
  EXPECT_EQ(Listeners(scrapes_.Scrape(Records{Web(0)})), (Figures{{"80 other", 0}}));
}

TEST_F(DropsTest, OfTheRestAreThoseOfOther) {
  scrapes_.Use({.limits = {.ports = 0}});
  static_cast<void>(scrapes_.Scrape(Records{Web(0)}));
  EXPECT_EQ(Listeners(scrapes_.Scrape(Records{Web(3)})), (Figures{{"other other", 3}}));
}

TEST_F(DropsTest, GoOnAfterAReload) {
  static_cast<void>(scrapes_.Scrape(Records{Web(0)}));
  const SocketMemory::Round counted = scrapes_.Count(Records{Web(3)});
  scrapes_.Use({.limits = {.ports = 50}});
  EXPECT_EQ(Listeners(scrapes_.Show(counted)), (Figures{{"80 other", 3}}));
  EXPECT_EQ(Listeners(scrapes_.Scrape(Records{Web(4)})), (Figures{{"80 other", 4}}));
}

TEST_F(DropsTest, OfReceiversStandBesideTheirBuffers) {
  SocketRecord dns = Dropping(testing::Udp("0.0.0.0:53"), 1, 0);
  dns.receive_buffer_bytes = 2000;
  dns.receive_buffer_limit_bytes = 4096;
  SocketRecord client = testing::Udp("10.0.0.1:40000", "10.0.0.2:53");
  static_cast<void>(scrapes_.Scrape(Records(), Records{dns, client}));
  dns.drops = 6;
  const Samples samples = scrapes_.Scrape(Records(), Records{dns, client});
  EXPECT_EQ(FiguresOf(samples, DropsByPort::kReceiveDrops), (Figures{{"53 other", 6}}));
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kReceiveBuffer), (Figures{{"53 other", 2000}}));
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kReceiveBufferLimit), (Figures{{"53 other", 4096}}));
  EXPECT_FALSE(samples.Has(DropsByPort::kListenDrops));
}

TEST_F(DropsTest, OfReceiversOnAnybodysPortsAreThoseOfOther) {
  const auto clients = [](std::uint32_t drops) {
    return Records{Dropping(testing::Udp("0.0.0.0:40000"), 1, drops),
                   Dropping(testing::Udp("0.0.0.0:40001"), 2, drops)};
  };
  static_cast<void>(scrapes_.Scrape(Records(), clients(0)));
  const Samples samples = scrapes_.Scrape(Records(), clients(3));
  EXPECT_EQ(FiguresOf(samples, DropsByPort::kReceiveDrops), (Figures{{"other other", 6}}));
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kListeners), (Figures{{"udp other other", 2}}));
}

TEST_F(DropsTest, ThatProcDoesNotTellAreNotShown) {
  static_cast<void>(scrapes_.Scrape(Records{Web(0)}));
  static_cast<void>(scrapes_.Scrape(Records{Web(2)}));
  scrapes_.source_kind = SourceKind::kProc;
  const Records receivers{Dropping(testing::Udp("0.0.0.0:53"), 1, 5)};
  const Samples samples = scrapes_.Scrape(Records{Web(0)}, receivers);
  EXPECT_FALSE(samples.Has(DropsByPort::kListenDrops));
  EXPECT_EQ(FiguresOf(samples, DropsByPort::kReceiveDrops), (Figures{{"53 other", 0}}));
  scrapes_.source_kind = SourceKind::kNetlink;
  EXPECT_EQ(Listeners(scrapes_.Scrape(Records{Web(9)})), (Figures{{"80 other", 2}}));
}

TEST_F(DropsTest, AreNotShownWhereTheyAreTurnedOffAndGoOnLater) {
  static_cast<void>(scrapes_.Scrape(Records{Web(0)}));
  static_cast<void>(scrapes_.Scrape(Records{Web(2)}));
  scrapes_.Use({.collects_drops = false});
  // As the kernel tells it then: without drops.
  const Samples samples = scrapes_.Scrape(Records{Web(0)}, Records{testing::Udp("0.0.0.0:53")});
  for (const Metric* metric :
       {&DropsByPort::kListenDrops, &DropsByPort::kReceiveDrops, &ListenerTally::kReceiveBuffer,
        &ListenerTally::kReceiveBufferLimit}) {
    EXPECT_FALSE(samples.Has(*metric)) << metric->name;
  }
  EXPECT_TRUE(samples.Has(ListenerTally::kListeners));
  scrapes_.Use({});
  EXPECT_EQ(Listeners(scrapes_.Scrape(Records{Web(5)})), (Figures{{"80 other", 5}}));
}

TEST_F(DropsTest, LimitsThatProcDoesNotTellAreNotShown) {
  const Records both{testing::Listener("0.0.0.0:80", 5, 128), testing::Listener("0.0.0.0:81")};
  static_cast<void>(scrapes_.Scrape(both));
  scrapes_.source_kind = SourceKind::kProc;
  const Samples samples = scrapes_.Scrape(Records{testing::Listener("0.0.0.0:80", 5, 0)},
                                          Records{testing::Udp("0.0.0.0:53")});
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kQueueLength),
            (Figures{{"80 other", 5}, {"81 other", 0}}));
  EXPECT_TRUE(samples.Has(ListenerTally::kReceiveBuffer));
  for (const Metric* metric : {&ListenerTally::kQueueLimit, &ListenerTally::kSaturation,
                               &ListenerTally::kReceiveBufferLimit}) {
    EXPECT_FALSE(samples.Has(*metric)) << metric->name;
  }
}

}  // namespace
}  // namespace sockdiag
