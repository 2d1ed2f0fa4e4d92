#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "app/pipeline.h"
#include "collectors/socket_memory.h"
#include "config/config.h"
#include "sockets/naming/live_ephemeral_ports.h"
#include "sockets/naming/services_database.h"
#include "tests/support/figures.h"

namespace sockdiag::kernel {

/// What nothing names is `other`.
[[nodiscard]] Config WithoutNumbers();

/// What the program does at a scrape, from the kernel to the samples.
class Exporter {
 public:
  /// With a callback for each sample, it samples too.
  explicit Exporter(const Config& config = WithoutNumbers(),
                    std::function<void()> on_sample = nullptr,
                    const ServicesDatabase& database = {});

  /// Every dump must succeed, and each way of counting must give the same total.
  [[nodiscard]] Samples Collect();

 private:
  SystemClock clock_;
  SocketMemory memory_{clock_};
  LiveEphemeralPorts ephemeral_ports_{
      [](const std::string&, const std::string& error) { EXPECT_EQ(error, ""); }};
  Pipeline pipeline_;
};

/// Figures by their labels, in words. Only those that are not 0, so that comparing two of them
/// compares the whole.
using Counts = testing::Figures;

/// `tcp ipv4 established`
[[nodiscard]] Counts SocketCounts(const Samples& samples);
/// `tcp web inbound established`
[[nodiscard]] Counts ServiceCounts(const Samples& samples);
/// `tcp 80 inbound established`
[[nodiscard]] Counts PortCounts(const Samples& samples);
/// `tcp web inbound receive`
[[nodiscard]] Counts QueueBytes(const Samples& samples);
/// `tcp 80 web listeners`, and `80 web length` and `limit`
[[nodiscard]] Counts ListenerCounts(const Samples& samples);
/// Of the only listeners' port and service.
[[nodiscard]] double Saturation(const Samples& samples);

/// Collects anew until SocketCounts() are as expected, then once more, since they must stay so.
/// Expects them at the end, and that /proc shows the same sockets.
Samples CollectWhen(const Counts& expected, const Config& config = WithoutNumbers());

/// A TCP service called `web`; without numbers.
[[nodiscard]] Config WithWebService(std::uint16_t port);

}  // namespace sockdiag::kernel
