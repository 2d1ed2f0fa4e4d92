#pragma once

#include <linux/sock_diag.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "tests/support/fake_transport.h"

namespace sockdiag::testing {

/// What a kernel answers to the dump of that number, from 1 on, of one collector: these records,
/// and then the status that the dump ends with, as a negative errno.
[[nodiscard]] inline Script SockDiagAnswer(std::uint32_t sequence,
                                           const std::vector<Bytes>& records, int status = 0) {
  DatagramBuilder datagram(sequence, FakeKernel::kPortId);
  for (const Bytes& record : records) datagram.Message(SOCK_DIAG_BY_FAMILY, record);
  datagram.Done(status);
  Script script;
  script.answers.emplace_back(datagram.bytes());
  return script;
}

/// The same of a kernel that refuses the request itself.
[[nodiscard]] inline Script SockDiagRefusal(std::uint32_t sequence, int status) {
  Script script;
  script.answers.emplace_back(DatagramBuilder(sequence, FakeKernel::kPortId).Error(status).bytes());
  return script;
}

/// What a collector gave.
struct Reading {
  Samples samples;
  /// Empty when it did not fail.
  std::string error;
  std::string lack;
};
[[nodiscard]] inline Reading ReadFrom(Collector& collector) {
  Findings findings;
  const Result<void> result = collector.Collect(findings);
  return {std::move(findings.samples), result ? "" : result.error().message,
          std::move(findings.lack)};
}

}  // namespace sockdiag::testing
