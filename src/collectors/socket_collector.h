#pragma once

#include "base/clock.h"
#include "collectors/collector.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/source/dump_errors.h"
#include "sockets/source/socket_source.h"
#include "sockets/watch/state_watch.h"

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
