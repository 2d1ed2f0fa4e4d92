#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "base/clock.h"
#include "collect/collector.h"
#include "diag/socket_source.h"
#include "model/port.h"
#include "services/service_matcher.h"

namespace sockdiag {

/// The sockets of one protocol: a dump, straight into an aggregator.
class SocketCollector final : public Collector {
 public:
  /// Gives the ephemeral port range in force.
  using EphemeralRangeReader = std::function<PortRange()>;

  /// All references must outlive the collector.
  SocketCollector(Protocol protocol, SocketSource& source, const ServiceMatcher& matcher,
                  EphemeralRangeReader ephemeral_range, const Clock& clock);

  [[nodiscard]] std::string_view name() const override { return Name(protocol_); }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;

 private:
  Protocol protocol_;
  SocketSource& source_;
  const ServiceMatcher& matcher_;
  EphemeralRangeReader ephemeral_range_;
  const Clock& clock_;
  /// By DumpErrorReason, since the start.
  std::array<std::uint64_t, kDumpErrorReasons.size()> errors_{};
};

}  // namespace sockdiag
