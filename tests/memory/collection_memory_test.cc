#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/app/fake_exporter.h"
#include "tests/memory/allocation_failure.h"
#include "tests/support/fake_clock.h"

namespace sockdiag {
namespace {

using testing::ExpectSame;
using testing::FailEachAllocation;
using testing::FakeExporter;
using testing::Lines;
using testing::SamplesOf;
using testing::Without;

/// Makes the socket in CLOSE_WAIT another one, and all that count their drops drop once more.
void GoOn(FakeExporter& exporter, std::uint64_t cookie) {
  exporter.tables.tcp.at(4).cookie = cookie;
  for (auto* table : {&exporter.tables.tcp, &exporter.tables.udp}) {
    for (testing::DiagSocket& socket : *table) {
      if (socket.remote_port == 0) socket.drops = static_cast<std::uint32_t>(cookie);
    }
  }
}

/// One exporter that runs out of memory again and again, beside one that never does. Before each
/// scrape time goes on, another socket comes to CLOSE_WAIT and others drop something, so that
/// whatever gets lost, or is counted twice, shows.
TEST(CollectionMemory, AFailedScrapeIsToldAndLeavesNoTrace) {
  testing::FakeClock clock;
  FakeExporter healthy(clock);
  FakeExporter hit(clock);
  static_cast<void>(hit.Scrape());
  Lines expected = healthy.Scrape();
  std::uint64_t cookie = 1000;
  const auto go_on = [&] {
    clock.Advance(std::chrono::milliseconds(500));
    GoOn(healthy, ++cookie);
    GoOn(hit, cookie);
    expected = healthy.Scrape();
  };
  go_on();
  std::shared_ptr<const std::string> text;
  const std::uint64_t failures = FailEachAllocation(
      [&] {
        text.reset();
        text = hit.Text();
      },
      [&](std::uint64_t nth, bool thrown) {
        SCOPED_TRACE("allocation " + std::to_string(nth));
        EXPECT_EQ(thrown, text == nullptr);
        if (text) {
          const Lines served = SamplesOf(*text);
          EXPECT_TRUE(served == expected || served == Without(Protocol::kTcp, expected) ||
                      served == Without(Protocol::kUdp, expected))
              << *text;
        }
        ExpectSame(hit.Scrape(), expected);
        go_on();
      });
  EXPECT_GT(failures, 500U);
}

}  // namespace
}  // namespace sockdiag
