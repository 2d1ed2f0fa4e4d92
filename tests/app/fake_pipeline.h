#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "app/pipeline.h"
#include "sockets/source/netlink_source.h"
#include "tests/support/fake_source.h"
#include "tests/support/fake_tables.h"
#include "tests/support/run_here.h"

namespace sockdiag::testing {

/// A pipeline whose collectors run in the calling thread, over sources that `open_source` gives.
/// All must outlive it.
inline std::shared_ptr<Pipeline> FakePipeline(
    const Config& config, const ServicesDatabase& database,
    std::function<std::unique_ptr<SocketSource>()> open_source, const Clock& clock,
    DumpErrors& errors) {
  return std::make_shared<Pipeline>(
      config, database,
      PipelineEnvironment{.open_source = std::move(open_source),
                          .clock = clock,
                          .errors = errors,
                          .on_sample = nullptr,
                          .ephemeral_ports = [] { return EphemeralPorts(); },
                          .start = RunHere});
}

/// The same over a test's one source.
inline std::shared_ptr<Pipeline> FakePipeline(const Config& config, FakeSource& source,
                                              const Clock& clock, DumpErrors& errors) {
  return FakePipeline(
      config, ServicesDatabase(), [&source] { return std::make_unique<BorrowedSource>(source); },
      clock, errors);
}

/// The same over a kernel's tables, with nothing but their sockets and no sampler.
inline std::shared_ptr<Pipeline> FakePipeline(const ServicesDatabase& database, FakeTables& tables,
                                              const Clock& clock, DumpErrors& errors) {
  Config config;
  config.collectors.kernel_limits = false;
  config.sampling.interval = std::chrono::milliseconds(0);
  return FakePipeline(
      config, database, [&] { return std::make_unique<NetlinkSource>(tables.Factory(), clock); },
      clock, errors);
}

}  // namespace sockdiag::testing
