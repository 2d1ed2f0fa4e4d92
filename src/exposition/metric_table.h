#pragma once

#include <prometheus/metric_type.h>

#include <array>
#include <span>
#include <string_view>

namespace sockdiag {

/// What a metric is, once for the exposition, the README and the tests.
struct Metric {
  std::string_view name;
  prometheus::MetricType type;
  /// In the order in which values are given; unused places are empty.
  std::array<std::string_view, 4> labels;
  /// One line without backslash, since prometheus-cpp does not escape it.
  std::string_view help;
};

namespace metrics {

inline constexpr auto kGauge = prometheus::MetricType::Gauge;
inline constexpr auto kCounter = prometheus::MetricType::Counter;

inline constexpr Metric kSockets{"sockdiag_sockets",
                                 kGauge,
                                 {"protocol", "family", "state"},
                                 "Sockets by state, host-wide; family is the socket's own."};
inline constexpr Metric kServiceSockets{"sockdiag_service_sockets",
                                        kGauge,
                                        {"protocol", "service_name", "direction", "state"},
                                        "Sockets by service, direction and state."};
inline constexpr Metric kPortSockets{
    "sockdiag_port_sockets",
    kGauge,
    {"protocol", "port", "direction", "state"},
    "Sockets by service port: the local port when inbound, the remote one when outbound."};
inline constexpr Metric kReceiveQueue{
    "sockdiag_service_receive_queue_bytes",
    kGauge,
    {"protocol", "service_name", "direction"},
    "Sum of Recv-Q of the service's sockets, without those in LISTEN."};
inline constexpr Metric kSendQueue{
    "sockdiag_service_send_queue_bytes",
    kGauge,
    {"protocol", "service_name", "direction"},
    "Sum of Send-Q of the service's sockets, without those in LISTEN."};
inline constexpr Metric kListeners{
    "sockdiag_listeners",
    kGauge,
    {"protocol", "port", "service_name"},
    "Listening TCP sockets and unconnected UDP sockets; several share a port with SO_REUSEPORT."};
inline constexpr Metric kListenQueueLength{
    "sockdiag_listen_queue_length",
    kGauge,
    {"port", "service_name"},
    "TCP connections that wait for accept(), over the port's listeners."};
inline constexpr Metric kListenQueueLimit{"sockdiag_listen_queue_limit",
                                          kGauge,
                                          {"port", "service_name"},
                                          "Backlog of the port's TCP listeners, summed."};
inline constexpr Metric kListenQueueSaturation{
    "sockdiag_listen_queue_saturation_ratio",
    kGauge,
    {"port", "service_name"},
    "Length / limit of the fullest TCP listener of the port; above 1 it drops connections."};
inline constexpr Metric kCollectorSuccess{
    "sockdiag_collector_success",
    kGauge,
    {"collector"},
    "1 when the last collection of this collector succeeded, else 0."};
inline constexpr Metric kCollectorDuration{"sockdiag_collector_duration_seconds",
                                           kGauge,
                                           {"collector"},
                                           "How long the last collection of this collector took."};
inline constexpr Metric kDumpDuration{"sockdiag_dump_duration_seconds",
                                      kGauge,
                                      {"protocol"},
                                      "How long the last sock_diag dump took."};
inline constexpr Metric kDumpSockets{
    "sockdiag_dump_sockets", kGauge, {"protocol"}, "Sockets in the last sock_diag dump."};
inline constexpr Metric kDumpBytes{
    "sockdiag_dump_bytes", kGauge, {"protocol"}, "Netlink bytes of the last sock_diag dump."};
inline constexpr Metric kDumpErrors{"sockdiag_dump_errors_total",
                                    kCounter,
                                    {"protocol", "reason"},
                                    "Dumps that failed, and so gave no figures at all."};
inline constexpr Metric kFoldedKeys{
    "sockdiag_folded_keys",
    kGauge,
    {"limit"},
    "Names that did not fit the limit and are counted under other."};
inline constexpr Metric kBuildInfo{"sockdiag_build_info",
                                   kGauge,
                                   {"version", "revision", "compiler"},
                                   "Always 1; the labels say which build this is."};
inline constexpr Metric kProcessCpu{
    "process_cpu_seconds_total", kCounter, {}, "Total user and system CPU time spent in seconds."};
inline constexpr Metric kProcessResident{
    "process_resident_memory_bytes", kGauge, {}, "Resident memory size in bytes."};
inline constexpr Metric kProcessVirtual{
    "process_virtual_memory_bytes", kGauge, {}, "Virtual memory size in bytes."};
inline constexpr Metric kProcessOpenFds{
    "process_open_fds", kGauge, {}, "Number of open file descriptors."};
inline constexpr Metric kProcessMaxFds{
    "process_max_fds", kGauge, {}, "Maximum number of open file descriptors."};
inline constexpr Metric kProcessStart{"process_start_time_seconds",
                                      kGauge,
                                      {},
                                      "Start time of the process since unix epoch in seconds."};

}  // namespace metrics

/// Every metric, in the order of the exposition.
[[nodiscard]] std::span<const Metric> AllMetrics();

}  // namespace sockdiag
