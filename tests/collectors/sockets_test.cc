#include "collectors/sockets.h"

#include <gtest/gtest.h>

#include "collectors/socket_memory.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_source.h"
#include "tests/support/figures.h"
#include "tests/support/records.h"

namespace sockdiag {
namespace {

using testing::Figures;
using testing::FiguresOf;
using testing::Listener;

class SocketsCollectorTest : public ::testing::Test {
 protected:
  SocketsCollector Make(Protocol protocol) {
    return {protocol,
            {.source = std::make_shared<testing::BorrowedSource>(source_),
             .matcher = std::make_shared<const ServiceMatcher>(std::vector<ServiceRule>(),
                                                               ServicesDatabase(), memory_.names()),
             .ephemeral_ports = [] { return EphemeralPorts(); },
             .watch = memory_.watch(),
             .listeners = memory_.listeners(protocol),
             .drops = memory_.drops(protocol),
             .generation = 0,
             .errors = memory_.errors(),
             .clock = clock_}};
  }

  testing::FakeClock clock_;
  testing::FakeSource source_{clock_};
  SocketMemory memory_{clock_};
};

TEST_F(SocketsCollectorTest, AFailedDumpForgetsNoListener) {
  const SocketRecord accepted =
      testing::Tcp(SocketState::kEstablished, "10.0.0.1:40000", "10.0.0.2:50000");
  testing::FakeSource::Table& table = source_.tables[Protocol::kTcp];
  SocketsCollector collector = Make(Protocol::kTcp);
  Findings findings;
  table.records = {Listener("0.0.0.0:40000"), accepted};
  ASSERT_TRUE(collector.Collect(findings));
  table.records.clear();
  table.error = DumpError{DumpErrorReason::kOverrun, "answers were lost"};
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(collector.Collect(findings));
  ListenerMemory::Pass next = memory_.listeners(Protocol::kTcp).Begin();
  EXPECT_TRUE(next.HadListener(accepted));
}

TEST_F(SocketsCollectorTest, TellsWhatTheDumpCost) {
  source_.tables[Protocol::kTcp].records = {Listener("0.0.0.0:22")};
  SocketsCollector collector = Make(Protocol::kTcp);
  EXPECT_EQ(collector.name(), "tcp");
  Findings findings;
  ASSERT_TRUE(collector.Collect(findings));
  EXPECT_EQ(FiguresOf(findings.samples, SocketsCollector::kSource), (Figures{{"tcp netlink", 1}}));
  EXPECT_EQ(FiguresOf(findings.samples, SocketsCollector::kDumpSockets), (Figures{{"tcp", 1}}));
  EXPECT_EQ(FiguresOf(findings.samples, SocketsCollector::kDumpBytes), (Figures{{"tcp", 124}}));
  EXPECT_EQ(FiguresOf(findings.samples, SocketsCollector::kDumpDuration), (Figures{{"tcp", 0.1}}));
  ASSERT_TRUE(findings.sockets);
  EXPECT_EQ(findings.sockets->protocol(), Protocol::kTcp);
}

TEST_F(SocketsCollectorTest, AFailedDumpIsCountedAndGivesNothing) {
  source_.tables[Protocol::kTcp] = {{Listener("0.0.0.0:22"), Listener("0.0.0.0:23")},
                                    DumpError{DumpErrorReason::kOverrun, "answers were lost"}};
  SocketsCollector collector = Make(Protocol::kTcp);
  for (std::uint64_t failures = 1; failures <= 2; ++failures) {
    Findings findings;
    EXPECT_EQ(collector.Collect(findings).error().message, "answers were lost");
    EXPECT_FALSE(findings.sockets);
    EXPECT_TRUE(findings.samples.families().empty());
    EXPECT_EQ(memory_.errors().Count(Protocol::kTcp, DumpErrorReason::kOverrun), failures);
    EXPECT_EQ(memory_.errors().Count(Protocol::kUdp, DumpErrorReason::kOverrun), 0U);
  }
  source_.tables[Protocol::kTcp].error.reset();
  Findings findings;
  EXPECT_TRUE(collector.Collect(findings));
  EXPECT_EQ(memory_.errors().Count(Protocol::kTcp, DumpErrorReason::kOverrun), 2U);
}

}  // namespace
}  // namespace sockdiag
