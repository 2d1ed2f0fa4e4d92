#include "app/pipeline.h"

#include <gtest/gtest.h>

#include "collectors/sockets.h"
#include "tests/app/fake_pipeline.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_source.h"
#include "tests/support/figures.h"
#include "tests/support/records.h"

namespace sockdiag {
namespace {

using testing::FiguresOf;
using testing::Listener;
using testing::SumOf;
using testing::Udp;

class PipelineTest : public ::testing::Test {
 protected:
  std::shared_ptr<Pipeline> Make(const ServicesDatabase& database, const Limits& limits = {}) {
    Config config;
    config.limits = limits;
    return MakeWith(config, database);
  }
  std::shared_ptr<Pipeline> MakeWith(Config config, const ServicesDatabase& database = {}) {
    config.sampling.interval = std::chrono::milliseconds(0);
    auto pipeline = testing::FakePipeline(
        config, database, [this] { return std::make_unique<testing::BorrowedSource>(source_); },
        clock_, memory_);
    pipeline->TakeEffect();
    return pipeline;
  }

  testing::FakeClock clock_;
  testing::FakeSource source_{clock_};
  SocketMemory memory_{clock_};
};

TEST_F(PipelineTest, AFailedDumpContributesNothingAndLeavesTheOthers) {
  const auto pipeline = Make({});
  source_.tables[Protocol::kTcp] = {{Listener("0.0.0.0:22"), Listener("0.0.0.0:23")},
                                    DumpError{DumpErrorReason::kOverrun, "answers were lost"}};
  source_.tables[Protocol::kUdp].records = {Udp("0.0.0.0:53")};
  for (int round = 1; round <= 2; ++round) {
    const auto collection = pipeline->Collect();
    const Samples& samples = collection->samples;
    EXPECT_EQ(collection->collectors.at(0).error, "answers were lost");
    EXPECT_TRUE(collection->collectors.at(1).Succeeded());
    EXPECT_EQ(FiguresOf(samples, FamilyTally::kSockets).size(), 4U) << "of UDP alone";
    EXPECT_EQ(SumOf(samples, ListenerTally::kListeners), 1);
    EXPECT_EQ(FiguresOf(samples, SocketsCollector::kDumpSockets), (testing::Figures{{"udp", 1}}));
    EXPECT_EQ(testing::NonZero(FiguresOf(samples, SocketsCollector::kDumpErrors)),
              (testing::Figures{{"tcp overrun", round}}));
  }
  source_.tables[Protocol::kTcp].error.reset();
  const auto collection = pipeline->Collect();
  EXPECT_TRUE(collection->collectors.at(0).Succeeded());
  EXPECT_EQ(FiguresOf(collection->samples, FamilyTally::kSockets).size(), 26U);
}

TEST_F(PipelineTest, WithoutDropsTheKernelIsNotAskedForThem) {
  source_.tables[Protocol::kTcp].records = {Listener("0.0.0.0:22")};
  const auto has_drops = [](const Collection& collection) {
    return collection.samples.Has(DropsByPort::kListenDrops);
  };
  EXPECT_TRUE(has_drops(*Make({})->Collect()));
  EXPECT_TRUE(source_.last_wanted.attributes.memory);
  Config config;
  config.collectors.Set(kDropsName, false);
  const auto collection = MakeWith(config)->Collect();
  EXPECT_FALSE(has_drops(*collection));
  EXPECT_FALSE(source_.last_wanted.attributes.memory);
  EXPECT_EQ(SumOf(collection->samples, ListenerTally::kListeners), 1);
  for (const CollectorReport& report : collection->collectors) {
    EXPECT_NE(report.collector, kDropsName) << "has no run of its own";
  }
}

/// kernel_limits and process have nothing to do with names.
TEST_F(PipelineTest, ACollectorOfOtherFiguresDoesNotKeepNamesInTheirPlaces) {
  const Limits limits{.services = 1};
  const auto pipeline = Make({{{Protocol::kTcp, Port::FromHost(22)}, "ssh"},
                              {{Protocol::kTcp, Port::FromHost(80)}, "http"}},
                             limits);
  source_.tables[Protocol::kTcp].records = {Listener("0.0.0.0:22")};
  EXPECT_EQ(FiguresOf(pipeline->Collect()->samples, ListenerTally::kListeners),
            (testing::Figures{{"tcp 22 ssh", 1}}));
  clock_.Advance(limits.retention * 2);
  source_.tables[Protocol::kTcp].records = {Listener("0.0.0.0:80")};
  EXPECT_EQ(FiguresOf(pipeline->Collect()->samples, ListenerTally::kListeners),
            (testing::Figures{{"tcp 80 http", 1}}));
}

}  // namespace
}  // namespace sockdiag
