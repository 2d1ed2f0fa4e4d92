// Every fault of netlink at every place of a dump, through everything from the transport to the
// text that is served and the log.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sockets/source/netlink_source.h"
#include "tests/app/fake_exporter.h"
#include "tests/support/fake_clock.h"
#include "tests/support/netlink_faults.h"

namespace sockdiag {
namespace {

using testing::DiagSocket;
using testing::ExpectSame;
using testing::FakeExporter;
using testing::Lines;
using testing::NetlinkFault;
using testing::Without;
using Walks = std::vector<std::vector<std::size_t>>;

/// Of the listeners, and of all others.
constexpr std::size_t kTcpWalks = 2;

/// A socket in CLOSE_WAIT that is there only while the dump of its table fails.
const DiagSocket kPasserBy{AF_INET, 8, "10.0.0.1", 80, "10.0.0.9", 4009, 0, 0, 77};

/// What a healthy exporter shows, after so many failed dumps of the protocol.
Lines WithErrors(Lines healthy, Protocol protocol, DumpErrorReason reason, int failures) {
  const std::string counter = "sockdiag_dump_errors_total{protocol=\"" +
                              std::string(Name(protocol)) + "\",reason=\"" +
                              std::string(Name(reason)) + "\"} ";
  const auto line = std::find(healthy.begin(), healthy.end(), counter + "0");
  EXPECT_NE(line, healthy.end());
  if (line != healthy.end()) *line = counter + std::to_string(failures);
  return healthy;
}

/// An exporter that the fault hits, beside one that it does not.
class FaultMatrixTest : public ::testing::Test {
 protected:
  /// The walks of one collection, with the passer-by in the table.
  static Walks HealthyWalks() {
    testing::FakeClock clock;
    FakeExporter exporter(clock);
    exporter.tables.tcp.insert(exporter.tables.tcp.begin() + 2, kPasserBy);
    static_cast<void>(exporter.Scrape());
    return exporter.tables.walks;
  }

  static void Expect(const NetlinkFault& fault) {
    SCOPED_TRACE(fault.name);
    testing::FakeClock clock;
    FakeExporter healthy(clock);
    FakeExporter hit(clock);
    ExpectSame(hit.Scrape(), healthy.Scrape());
    clock.Advance(std::chrono::seconds(100));
    hit.tables.fault = fault.fault;
    hit.tables.tcp.insert(hit.tables.tcp.begin() + 2, kPasserBy);
    fault.reason ? ExpectFailure(fault, clock, healthy, hit) : ExpectNothing(healthy, hit);
  }

  /// The dump is whole all the same.
  static void ExpectNothing(FakeExporter& healthy, FakeExporter& hit) {
    healthy.tables.tcp.insert(healthy.tables.tcp.begin() + 2, kPasserBy);
    // It may have cost some bytes more.
    const auto without_bytes = [](Lines lines) {
      std::erase_if(
          lines, [](const std::string& line) { return line.starts_with("sockdiag_dump_bytes"); });
      return lines;
    };
    ExpectSame(without_bytes(hit.Scrape()), without_bytes(healthy.Scrape()));
    EXPECT_EQ(hit.Logged("warn"), 0U);
  }

  static void ExpectFailure(const NetlinkFault& fault, testing::FakeClock& clock,
                            FakeExporter& healthy, FakeExporter& hit) {
    const Protocol protocol = fault.fault.walk < kTcpWalks ? Protocol::kTcp : Protocol::kUdp;
    // Who passes by while the other protocol's dump fails is seen.
    if (protocol == Protocol::kUdp) hit.tables.tcp = healthy.tables.tcp;
    const bool is_remembered = fault.reason == DumpErrorReason::kUnsupported;
    for (const int failures : {1, 2}) {
      ExpectSame(hit.Scrape(), Without(protocol, WithErrors(healthy.Scrape(), protocol,
                                                            *fault.reason, failures)));
      if (is_remembered) hit.tables.fault.reset();
    }
    EXPECT_EQ(hit.Logged("warn"), 1U);
    EXPECT_EQ(hit.Logged("info"), 0U);
    hit.tables.fault.reset();
    hit.tables.tcp = healthy.tables.tcp;
    if (is_remembered) clock.Advance(RefusalMemory::kTime);
    ExpectSame(hit.Scrape(), WithErrors(healthy.Scrape(), protocol, *fault.reason, 2));
    EXPECT_EQ(hit.Logged("warn"), 1U);
    EXPECT_EQ(hit.Logged("info"), 1U);
  }
};

TEST_F(FaultMatrixTest, TheWalksAreThoseOfTcpAndUdp) {
  EXPECT_EQ(HealthyWalks(), (Walks{{2, 1}, {2, 2, 1, 1}, {1, 1}, {1, 1}, {1, 1}, {2, 1, 1}}));
}

TEST_F(FaultMatrixTest, OfTheSocket) {
  for (const NetlinkFault& fault : testing::FaultsOfTheSocket(HealthyWalks().size())) Expect(fault);
}

TEST_F(FaultMatrixTest, OfReceiving) {
  for (const NetlinkFault& fault : testing::FaultsOfReceiving(HealthyWalks())) Expect(fault);
}

TEST_F(FaultMatrixTest, ThatTheKernelTells) {
  for (const NetlinkFault& fault : testing::FaultsThatTheKernelTells(HealthyWalks())) Expect(fault);
}

TEST_F(FaultMatrixTest, OfMessages) {
  for (const NetlinkFault& fault : testing::FaultsOfMessages(HealthyWalks())) Expect(fault);
}

}  // namespace
}  // namespace sockdiag
