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

inline constexpr Metric kSockets{
    "sockdiag_sockets",
    kGauge,
    {"protocol", "family", "state"},
    "All sockets of the network namespace by state; family is the socket's own."};
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
    "Length / limit of the fullest TCP listener of the port; above 1 new connections are dropped."};
inline constexpr Metric kStuckSockets{
    "sockdiag_service_stuck_sockets",
    kGauge,
    {"service_name", "direction", "state"},
    "TCP sockets that are longer in this state than stuck_after allows."};
inline constexpr Metric kOldestSocketAge{
    "sockdiag_service_oldest_socket_age_seconds",
    kGauge,
    {"service_name", "direction", "state"},
    "Age in this state of the oldest TCP socket, since it was first seen there; 0 without one."};
inline constexpr Metric kStateEntries{"sockdiag_service_state_entries_total",
                                      kCounter,
                                      {"service_name", "direction", "state"},
                                      "TCP sockets seen to come to this state."};
inline constexpr Metric kSocketsPeak{
    "sockdiag_service_sockets_peak",
    kGauge,
    {"service_name", "direction", "state"},
    "The most TCP sockets in this state at once, within peak_window."};
inline constexpr Metric kUntrackedSockets{
    "sockdiag_untracked_sockets",
    kGauge,
    {},
    "Watched TCP sockets whose age is unknown, beyond max_tracked_sockets."};
inline constexpr Metric kSamplingInterval{
    "sockdiag_sampling_interval_seconds",
    kGauge,
    {},
    "Time between two samples in force; longer than configured when the CPU budget asks for it."};
inline constexpr Metric kEphemeralLimit{
    "sockdiag_ephemeral_ports_limit",
    kGauge,
    {},
    "Local ports for outgoing connections: ip_local_port_range less the reserved ports."};
inline constexpr Metric kEphemeralUsed{
    "sockdiag_ephemeral_ports_used",
    kGauge,
    {},
    "Of these, distinct ones in use by outbound TCP sockets, TIME_WAIT included."};
inline constexpr Metric kEphemeralPerDestination{
    "sockdiag_ephemeral_ports_max_used_per_destination",
    kGauge,
    {},
    "The most of them in use from one local address to one remote address and port."};
inline constexpr Metric kTimeWaitLimit{
    "sockdiag_tcp_time_wait_limit",
    kGauge,
    {},
    "tcp_max_tw_buckets: TIME_WAIT sockets beyond it are destroyed."};
inline constexpr Metric kOrphans{
    "sockdiag_tcp_orphans", kGauge, {}, "TCP sockets that no process holds any more, host-wide."};
inline constexpr Metric kOrphansLimit{
    "sockdiag_tcp_orphans_limit", kGauge, {}, "tcp_max_orphans: orphans beyond it are reset."};
inline constexpr Metric kMemory{
    "sockdiag_tcp_memory_bytes", kGauge, {}, "Memory of TCP socket buffers, host-wide."};
inline constexpr Metric kMemoryLimit{
    "sockdiag_tcp_memory_limit_bytes",
    kGauge,
    {"level"},
    "tcp_mem: no pressure below min, pressure from pressure on, at most max."};
inline constexpr Metric kSomaxconn{
    "sockdiag_somaxconn", kGauge, {}, "net.core.somaxconn: the largest backlog of a listener."};
inline constexpr Metric kMaxSynBacklog{
    "sockdiag_tcp_max_syn_backlog",
    kGauge,
    {},
    "tcp_max_syn_backlog: handshakes that a listener may have under way."};
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
inline constexpr Metric kConfigReloadSuccessful{
    "sockdiag_config_last_reload_successful",
    kGauge,
    {},
    "1 when the last attempt to load the configuration succeeded, else 0."};
inline constexpr Metric kConfigReloadSuccessTime{
    "sockdiag_config_last_reload_success_timestamp_seconds",
    kGauge,
    {},
    "Unix time at which the configuration in force was loaded."};
inline constexpr Metric kWebConfigReloadSuccessful{
    "sockdiag_web_config_last_reload_successful",
    kGauge,
    {},
    "1 when the web configuration and its files were good when last read, else 0."};
inline constexpr Metric kWebConfigReloadSuccessTime{
    "sockdiag_web_config_last_reload_success_timestamp_seconds",
    kGauge,
    {},
    "Unix time at which the web configuration in force was read."};
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
