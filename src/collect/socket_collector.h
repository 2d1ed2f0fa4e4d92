#pragma once

#include "aggregate/state_watch.h"
#include "base/clock.h"
#include "collect/collector.h"
#include "collect/dump_errors.h"
#include "diag/socket_source.h"
#include "services/ephemeral_ports.h"
#include "services/service_matcher.h"

namespace sockdiag {

/// The sockets of one protocol: a dump, straight into an aggregator.
class SocketCollector final : public Collector {
 public:
  /// `watch` is shown the sockets too; null when nobody watches this protocol. All references must
  /// outlive the collector.
  SocketCollector(Protocol protocol, SocketSource& source, const ServiceMatcher& matcher,
                  EphemeralPortsReader ephemeral_ports, StateWatch* watch, DumpErrors& errors,
                  const Clock& clock);

  [[nodiscard]] std::string_view name() const override { return Name(protocol_); }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;

 private:
  Protocol protocol_;
  SocketSource& source_;
  const ServiceMatcher& matcher_;
  EphemeralPortsReader ephemeral_ports_;
  StateWatch* watch_;
  DumpErrors& errors_;
  const Clock& clock_;
};

}  // namespace sockdiag
