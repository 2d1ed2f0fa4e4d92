// Every fault of netlink at every place of a sample's dump.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_sampling.h"
#include "tests/support/netlink_faults.h"

namespace sockdiag {
namespace {

using testing::DiagSocket;
using testing::FakeSampling;
using testing::NetlinkFault;

/// A socket in CLOSE_WAIT that is there only while a sample fails.
const DiagSocket kPasserBy{AF_INET, 8, "10.0.0.1", 80, "10.0.0.9", 4009, 0, 0, 77};

/// Of a sample that sees the passer-by, too.
std::vector<std::vector<std::size_t>> HealthyWalks() {
  testing::FakeClock clock;
  FakeSampling sampling(clock);
  sampling.tables.tcp.push_back(kPasserBy);
  static_cast<void>(sampling.Sample());
  return sampling.tables.walks;
}

std::uint64_t Failures(const DumpErrors& errors) {
  std::uint64_t failures = 0;
  for (const DumpErrorReason reason : kDumpErrorReasons) {
    failures += errors.Count(Protocol::kTcp, reason);
  }
  return failures;
}

void ExpectFailure(const NetlinkFault& fault) {
  SCOPED_TRACE(fault.name);
  testing::FakeClock clock;
  FakeSampling healthy(clock);
  FakeSampling hit(clock);
  ASSERT_EQ(hit.Sample(), healthy.Sample());
  const std::string known = hit.TakeReport();
  hit.tables.StartOver();
  hit.tables.fault = fault.fault;
  hit.tables.tcp.push_back(kPasserBy);
  const Result<void> sampled = hit.sampler.SampleOnce();
  ASSERT_FALSE(sampled);
  EXPECT_FALSE(sampled.error().message.empty());
  EXPECT_EQ(hit.errors.Count(Protocol::kTcp, *fault.reason), 1U);
  EXPECT_EQ(Failures(hit.errors), 1U);
  EXPECT_EQ(hit.TakeReport(), known);
  hit.tables.fault.reset();
  hit.tables.tcp.pop_back();
  clock.Advance(RefusalMemory::kTime);
  EXPECT_EQ(hit.Sample(), healthy.Sample());
}

TEST(SamplerFaults, CountOnceAndLeaveTheWatchAsItWas) {
  const auto walks = HealthyWalks();
  ASSERT_EQ(walks, (std::vector<std::vector<std::size_t>>{{2, 2, 1, 1}}));
  for (const auto& faults :
       {testing::FaultsOfTheSocket(walks.size()), testing::FaultsOfReceiving(walks),
        testing::FaultsThatTheKernelTells(walks), testing::FaultsOfMessages(walks)}) {
    for (const NetlinkFault& fault : faults) {
      if (fault.reason) ExpectFailure(fault);
    }
  }
}

}  // namespace
}  // namespace sockdiag
