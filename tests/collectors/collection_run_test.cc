#include "collectors/collection_run.h"

#include <gtest/gtest.h>

#include "collectors/socket_collector.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_source.h"
#include "tests/support/records.h"
#include "tests/support/run_here.h"

namespace sockdiag {
namespace {

using testing::Listener;
using testing::RunHere;
using testing::Udp;

class CollectionRunTest : public ::testing::Test {
 protected:
  CollectionRun MakeRun() {
    std::vector<std::unique_ptr<Collector>> collectors;
    for (const Protocol protocol : kProtocols) {
      collectors.push_back(std::make_unique<SocketCollector>(
          protocol, source_, matcher_, [] { return EphemeralPorts(); }, nullptr, errors_, clock_));
    }
    return {std::move(collectors),
            SnapshotBuilder(matcher_, Limits()),
            nullptr,
            errors_,
            clock_,
            RunHere};
  }
  static std::uint64_t Errors(const Collection& collection, Protocol protocol,
                              DumpErrorReason reason) {
    for (const DumpErrorCount& error : collection.dump_errors) {
      if (error.protocol == protocol && error.reason == reason) return error.count;
    }
    ADD_FAILURE() << "no count for " << Name(reason);
    return 0;
  }

  testing::FakeClock clock_;
  testing::FakeSource source_{clock_};
  ServiceMatcher matcher_{{}, {}};
  DumpErrors errors_;
  CollectionRun run_ = MakeRun();
};

TEST_F(CollectionRunTest, ReportsEachCollectorAndDump) {
  source_.tables[Protocol::kTcp].records = {Listener("0.0.0.0:22")};
  const Collection collection = run_.Collect();
  ASSERT_EQ(collection.collectors.size(), 2U);
  EXPECT_EQ(collection.collectors[0].collector, "tcp");
  EXPECT_TRUE(collection.collectors[0].Succeeded());
  EXPECT_DOUBLE_EQ(collection.collectors[0].seconds, 0.1);
  ASSERT_EQ(collection.dumps.size(), 2U);
  EXPECT_EQ(collection.dumps[0].stats.sockets, 1U);
  EXPECT_EQ(collection.dumps[0].stats.bytes, 124U);
  EXPECT_DOUBLE_EQ(collection.dumps[0].seconds, 0.1);
}

TEST_F(CollectionRunTest, CountsEveryReasonFromZero) {
  const Collection collection = run_.Collect();
  EXPECT_EQ(collection.dump_errors.size(), 2 * kDumpErrorReasons.size());
  for (const DumpErrorCount& error : collection.dump_errors) EXPECT_EQ(error.count, 0U);
}

TEST_F(CollectionRunTest, AFailedDumpContributesNothingAndLeavesTheOthers) {
  source_.tables[Protocol::kTcp] = {{Listener("0.0.0.0:22"), Listener("0.0.0.0:23")},
                                    DumpError{DumpErrorReason::kOverrun, "answers were lost"}};
  source_.tables[Protocol::kUdp].records = {Udp("0.0.0.0:53")};
  for (std::uint64_t round = 1; round <= 2; ++round) {
    const Collection collection = run_.Collect();
    EXPECT_EQ(collection.collectors[0].error, "answers were lost");
    EXPECT_TRUE(collection.collectors[1].Succeeded());
    for (const SocketCount& count : collection.snapshot.sockets) {
      EXPECT_EQ(count.protocol, Protocol::kUdp);
    }
    EXPECT_EQ(collection.snapshot.listeners.size(), 1U);
    EXPECT_EQ(collection.dumps.size(), 1U);
    EXPECT_EQ(Errors(collection, Protocol::kTcp, DumpErrorReason::kOverrun), round);
    EXPECT_EQ(Errors(collection, Protocol::kUdp, DumpErrorReason::kOverrun), 0U);
  }
  source_.tables[Protocol::kTcp].error.reset();
  const Collection collection = run_.Collect();
  EXPECT_TRUE(collection.collectors[0].Succeeded());
  EXPECT_EQ(Errors(collection, Protocol::kTcp, DumpErrorReason::kOverrun), 2U);
  EXPECT_EQ(collection.snapshot.sockets.size(), 26U);
}

class BrokenLimits final : public Collector {
 public:
  [[nodiscard]] std::string_view name() const override { return "kernel_limits"; }
  [[nodiscard]] Result<void> Collect(Findings&) override { return Fail("no /proc"); }
};

TEST_F(CollectionRunTest, ACollectorOfOtherFiguresDoesNotKeepNamesInTheirPlaces) {
  const ServiceMatcher matcher({}, {{{Protocol::kTcp, Port::FromHost(22)}, "ssh"},
                                    {{Protocol::kTcp, Port::FromHost(80)}, "http"}});
  Limits limits;
  limits.services = 1;
  std::vector<std::unique_ptr<Collector>> collectors;
  collectors.push_back(std::make_unique<SocketCollector>(
      Protocol::kTcp, source_, matcher, [] { return EphemeralPorts(); }, nullptr, errors_, clock_));
  collectors.push_back(std::make_unique<BrokenLimits>());
  CollectionRun run(std::move(collectors), SnapshotBuilder(matcher, limits), nullptr, errors_,
                    clock_, RunHere);
  source_.tables[Protocol::kTcp].records = {Listener("0.0.0.0:22")};
  EXPECT_EQ(run.Collect().snapshot.listeners.at(0).service_name, "ssh");
  clock_.Advance(limits.retention * 2);
  source_.tables[Protocol::kTcp].records = {Listener("0.0.0.0:80")};
  const Collection collection = run.Collect();
  EXPECT_EQ(collection.collectors.at(1).error, "no /proc");
  EXPECT_EQ(collection.snapshot.listeners.at(0).service_name, "http");
}

}  // namespace
}  // namespace sockdiag
