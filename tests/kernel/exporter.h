#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "app/pipeline.h"
#include "collectors/collection.h"
#include "config/config.h"
#include "sockets/naming/live_ephemeral_ports.h"
#include "sockets/source/netlink_source.h"

namespace sockdiag::kernel {

/// What the program does at a scrape, from the kernel to the Snapshot.
class Exporter {
 public:
  /// With a callback for each sample, it samples too.
  explicit Exporter(const Config& config = {}, std::function<void()> on_sample = nullptr);

  /// Every dump must succeed, and each way of counting must give the same total.
  [[nodiscard]] Collection Collect();

 private:
  SystemClock clock_;
  DumpErrors errors_;
  LiveEphemeralPorts ephemeral_ports_{
      [](const std::string&, const std::string& error) { EXPECT_EQ(error, ""); }};
  Pipeline pipeline_;
};

/// Figures by their labels, in words. Only those that are not 0, so that comparing two of them
/// compares the whole.
using Counts = std::map<std::string, std::uint64_t>;

/// `tcp ipv4 established`
[[nodiscard]] Counts SocketCounts(const Snapshot& snapshot);
/// `tcp web inbound established`
[[nodiscard]] Counts ServiceCounts(const Snapshot& snapshot);
/// `tcp 80 inbound established`
[[nodiscard]] Counts PortCounts(const Snapshot& snapshot);
/// `tcp web inbound receive`
[[nodiscard]] Counts QueueBytes(const Snapshot& snapshot);
/// `tcp 80 web length`, and the same with `listeners` and `limit`
[[nodiscard]] Counts ListenerCounts(const Snapshot& snapshot);

/// Collects anew until SocketCounts() are as expected, then once more, since they must stay so.
/// Expects them at the end.
Snapshot CollectWhen(const Counts& expected, const Config& config = {});

/// A TCP service called `web`.
[[nodiscard]] Config WithWebService(std::uint16_t port);

}  // namespace sockdiag::kernel
