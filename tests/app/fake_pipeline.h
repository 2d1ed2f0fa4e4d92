#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "app/pipeline.h"
#include "app/self_samples.h"
#include "collectors/registry.h"
#include "collectors/socket_memory.h"
#include "sockets/source/netlink_source.h"
#include "tests/support/fake_source.h"
#include "tests/support/fake_tables.h"
#include "tests/support/run_here.h"

namespace sockdiag::testing {

using ShowSelf = std::function<void(Samples&)>;

/// Turns off every collector that would show this host.
inline void KeepOnlySockets(Config& config) {
  for (const CollectorEntry& entry : AllCollectors()) {
    const bool shows_host = entry.make != nullptr && !ProtocolFromName(entry.name);
    if (shows_host) config.collectors.Set(entry.name, false);
  }
}

/// A pipeline whose collectors run in the calling thread, over sources that `open_source` gives.
/// All must outlive it.
inline std::shared_ptr<Pipeline> FakePipeline(
    const Config& config, const ServicesDatabase& database,
    std::function<std::unique_ptr<SocketSource>()> open_source, const Clock& clock,
    SocketMemory& memory, ShowSelf show_self = [](Samples&) {}, Owners* owners = nullptr) {
  return std::make_shared<Pipeline>(
      config, database,
      PipelineEnvironment{.open_source = std::move(open_source),
                          .clock = clock,
                          .memory = memory,
                          .on_sample = nullptr,
                          .ephemeral_ports = [] { return EphemeralPorts(); },
                          .owners = owners,
                          .show_self = std::move(show_self),
                          .start = RunHere});
}

/// The same over a test's one source.
inline std::shared_ptr<Pipeline> FakePipeline(
    const Config& config, FakeSource& source, const Clock& clock, SocketMemory& memory,
    ShowSelf show_self = [](Samples&) {}) {
  return FakePipeline(
      config, ServicesDatabase(), [&source] { return std::make_unique<BorrowedSource>(source); },
      clock, memory, std::move(show_self));
}

/// The same over a kernel's tables, with nothing but their sockets and no sampler.
inline std::shared_ptr<Pipeline> FakePipeline(const ServicesDatabase& database, FakeTables& tables,
                                              const Clock& clock, SocketMemory& memory) {
  Config config;
  KeepOnlySockets(config);
  config.sampling.interval = std::chrono::milliseconds(0);
  return FakePipeline(
      config, database, [&] { return std::make_unique<NetlinkSource>(tables.Factory(), clock); },
      clock, memory);
}

}  // namespace sockdiag::testing
