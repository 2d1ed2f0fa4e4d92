// ss reads the same tables with code that is not ours: what it shows must be what we count.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "sockets/tally/socket_tallies.h"
#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/socket_mix.h"
#include "tests/kernel/ss_table.h"
#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

constexpr std::uint16_t kFirstEphemeralPort = 32768;

std::uint32_t Seed() {
  const char* text = std::getenv("SOCKDIAG_TEST_SEED");
  return text == nullptr ? 10204U : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

/// The figures that ss and we both have: sockets by family and state, by service port and state, by
/// service and state where it is called by its port's number, and the bytes in the queues.
Counts CountSs(const std::vector<SsRow>& rows) {
  Counts counts;
  for (const SsRow& row : rows) {
    const std::string protocol(Name(row.protocol));
    const std::string state(Name(row.state));
    ++counts[protocol + " " + std::string(Name(row.family)) + " " + state];
    const bool serves = row.local_port < kFirstEphemeralPort;
    const std::uint16_t port = serves ? row.local_port : row.peer_port;
    ++counts[protocol + " " + std::to_string(port) + " " + state];
    const bool has_number = port != 0 && port < kFirstEphemeralPort;
    ++counts[protocol + " service " + (has_number ? std::to_string(port) : "other") + " " + state];
    if (row.state == SocketState::kListen) continue;
    counts[protocol + " receive"] += static_cast<double>(row.receive_queue);
    counts[protocol + " send"] += static_cast<double>(row.send_queue);
  }
  return counts;
}

Counts CountOurs(const Samples& samples) {
  Counts counts = SocketCounts(samples);
  samples.ForEach(PortTally::kPortSockets, [&](double sockets, auto labels) {
    counts[labels[0].value + " " + labels[1].value + " " + labels[3].value] += sockets;
  });
  samples.ForEach(ServiceTally::kServiceSockets, [&](double sockets, auto labels) {
    if (sockets == 0) return;
    counts[labels[0].value + " service " + labels[1].value + " " + labels[3].value] += sockets;
  });
  samples.ForEach(QueueTally::kReceiveQueue, [&](double bytes, auto labels) {
    counts[labels[0].value + " receive"] += bytes;
  });
  samples.ForEach(QueueTally::kSendQueue,
                  [&](double bytes, auto labels) { counts[labels[0].value + " send"] += bytes; });
  return counts;
}

class SsComparison : public KernelTest {
 protected:
  /// Both views of the same moment: ss ran while ours did not change.
  struct Views {
    Counts ours;
    Counts by_proc;
    Counts ss;
  };
  Views Look() {
    Config config;
    config.limits.ports = 65535;
    config.limits.services = 10'000;
    Config by_proc = config;
    by_proc.source = SourceChoice::kProc;
    const auto collect = [&] { return CountOurs(Exporter(config).Collect()); };
    Views views;
    const bool quiet = WaitUntil([&] {
      views.ours = collect();
      views.by_proc = CountOurs(Exporter(by_proc).Collect());
      views.ss = CountSs(ReadSsTable());
      return views.ours == collect();
    });
    EXPECT_TRUE(quiet) << "the sockets did not come to rest";
    return views;
  }
};

TEST_F(SsComparison, RandomMixIsCountedAlike) {
  MakeBlackHole();
  WriteSysctl("net/ipv4/ip_local_port_range", "32768 60999");
  const std::uint32_t seed = Seed();
  RecordProperty("seed", std::to_string(seed));
  std::cout << "SOCKDIAG_TEST_SEED=" << seed << "\n";
  const Sockets sockets = MakeSocketMix(seed);
  const Views views = Look();
  EXPECT_EQ(views.ours, views.ss);
  EXPECT_EQ(views.by_proc, views.ss);
  std::uint64_t tcp = 0;
  for (const SsRow& row : ReadSsTable()) tcp += row.protocol == Protocol::kTcp ? 1 : 0;
  EXPECT_GT(tcp, 200U) << "the mix is too small to prove anything";
}

}  // namespace
}  // namespace sockdiag::kernel
