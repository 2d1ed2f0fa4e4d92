#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "metrics/metric.h"

namespace sockdiag {

/// What the kernel counts of its protocols (`netstat -s`, nstat(8)): those that tell of trouble, of
/// the network namespace of the calling thread, from /proc/thread-self/net/{snmp,netstat,snmp6}. A
/// counter that this kernel does not have is absent; a file that cannot be read makes the collector
/// fail, and the others are shown all the same.
class ProtocolsCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "protocols";

  /// `shows_raw`: all that the kernel counts besides, as it names it. `root` stands for /proc.
  explicit ProtocolsCollector(bool shows_raw = false, std::string root = "/proc")
      : shows_raw_(shows_raw), root_(std::move(root)) {}

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kSharedThread; }

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  const bool shows_raw_;
  const std::string root_;
};

}  // namespace sockdiag
