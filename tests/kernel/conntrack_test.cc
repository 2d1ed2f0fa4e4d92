// Tracked connections of a network namespace that tracks them.

#include "collectors/conntrack.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <exception>
#include <utility>

#include "tests/kernel/namespace.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/system.h"
#include "tests/support/figures.h"

namespace sockdiag::kernel {
namespace {

using testing::Figures;
using testing::FiguresOf;

class Conntrack : public KernelTest {
 protected:
  static Samples Collect() {
    ConntrackCollector collector;
    Findings findings;
    const Result<void> collected = collector.Collect(findings);
    EXPECT_TRUE(collected) << collected.error().message;
    return std::move(findings.samples);
  }
};

TEST_F(Conntrack, EachConnectionHasAnEntry) {
  try {
    DropIncoming("ct state invalid");  // a rule that asks for the state has them tracked
  } catch (const std::exception& error) {
    GTEST_SKIP() << "this kernel cannot track connections: " << error.what();
  }
  const UniqueFd receiver = Bind(SOCK_DGRAM, "127.0.0.1", 5000);
  Sockets senders;
  for (int i = 0; i < 3; ++i) {
    senders.push_back(ConnectUdp("127.0.0.1", 5000));
    Send(senders.back(), 1);
  }
  const Samples samples = Collect();
  EXPECT_EQ(FiguresOf(samples, ConntrackCollector::kEntries), (Figures{{"", 3}}));
  EXPECT_GT(FiguresOf(samples, ConntrackCollector::kLimit).at(""), 0);
  EXPECT_EQ(FiguresOf(samples, ConntrackCollector::kDrops),
            (Figures{{"drop", 0}, {"early_drop", 0}}));
  EXPECT_EQ(FiguresOf(samples, ConntrackCollector::kInsertFailures), (Figures{{"", 0}}));
}

}  // namespace
}  // namespace sockdiag::kernel
