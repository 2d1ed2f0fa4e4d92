#pragma once

#include <memory>

#include "app/pipeline.h"
#include "tests/support/fake_source.h"
#include "tests/support/run_here.h"

namespace sockdiag::testing {

/// A pipeline over a test's source, whose collectors run in the calling thread. All must outlive
/// it.
inline std::shared_ptr<Pipeline> FakePipeline(const Config& config, FakeSource& source,
                                              const Clock& clock, DumpErrors& errors) {
  return std::make_shared<Pipeline>(
      config, ServicesDatabase(),
      PipelineEnvironment{
          .open_source = [&source] { return std::make_unique<BorrowedSource>(source); },
          .clock = clock,
          .errors = errors,
          .on_sample = nullptr,
          .ephemeral_ports = [] { return EphemeralPorts(); },
          .start = RunHere});
}

}  // namespace sockdiag::testing
