#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "collectors/collector.h"
#include "metrics/metric.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/naming/listener_memory.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/source/dump_errors.h"
#include "sockets/source/socket_source.h"
#include "sockets/watch/drop_watch.h"
#include "sockets/watch/state_watch.h"

namespace sockdiag {

/// What a collector of sockets works with; all that is referred to must outlive it.
struct SocketsEnvironment {
  std::shared_ptr<SocketSource> source;
  std::shared_ptr<const ServiceMatcher> matcher;
  EphemeralPortsReader ephemeral_ports;
  /// Null where they are not looked for.
  Owners* owners = nullptr;
  StateWatch& watch;
  /// These two are of the collector's protocol.
  ListenerMemory& listeners;
  DropWatch& drops;
  /// See CountEnvironment.
  bool collects_drops = true;
  /// Of the matcher's rules; see StateWatch::Configure().
  std::uint64_t generation;
  DumpErrors& errors;
  const Clock& clock;
};

/// The sockets of one protocol: a dump, each record from the stack straight into the tallies and
/// the watch.
class SocketsCollector final : public Collector {
 public:
  static constexpr Metric kSource{"sockdiag_socket_source",
                                  kGauge,
                                  {"protocol", "source"},
                                  "Where the sockets come from: netlink is sock_diag, and proc, "
                                  "where that is missing or denied, "
                                  "lacks some figures. Always 1."};
  static constexpr Metric kDumpDuration{
      "sockdiag_dump_duration_seconds", kGauge, {"protocol"}, "How long the last dump took."};
  static constexpr Metric kDumpSockets{
      "sockdiag_dump_sockets", kGauge, {"protocol"}, "Sockets in the last dump."};
  static constexpr Metric kDumpBytes{
      "sockdiag_dump_bytes",
      kGauge,
      {"protocol"},
      "Bytes of the last dump's netlink messages, or of the lines of /proc."};
  static constexpr Metric kDumpErrors{"sockdiag_dump_errors_total",
                                      kCounter,
                                      {"protocol", "reason"},
                                      "Dumps that failed, and so gave no figures at all."};
  static constexpr std::array kMetrics{&kSource, &kDumpDuration, &kDumpSockets, &kDumpBytes,
                                       &kDumpErrors};

  SocketsCollector(Protocol protocol, SocketsEnvironment environment)
      : protocol_(protocol), environment_(std::move(environment)) {}

  [[nodiscard]] std::string_view name() const override { return Name(protocol_); }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;

  /// Adds the failed dumps of a protocol since the start, for each reason.
  static void ShowErrors(Protocol protocol, const DumpErrors& errors, Samples& samples);

 private:
  const Protocol protocol_;
  const SocketsEnvironment environment_;
};

}  // namespace sockdiag
