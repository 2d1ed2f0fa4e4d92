#include "collectors/protocols.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

#include "proc/proc_files.h"
#include "proc/protocol_counters.h"

namespace sockdiag {
namespace {

constexpr Metric kTcpOpens{"sockdiag_tcp_opens_total",
                           kCounter,
                           {"direction"},
                           "Connections begun: outbound with a SYN sent, inbound once established "
                           "or a SYN was taken (ActiveOpens, PassiveOpens)."};
constexpr Metric kTcpFailedOpens{
    "sockdiag_tcp_failed_opens_total",
    kCounter,
    {},
    "Connections that ended before they were established, in both directions (AttemptFails)."};
constexpr Metric kTcpEstablishedResets{
    "sockdiag_tcp_established_resets_total",
    kCounter,
    {},
    "Connections that went from ESTABLISHED or CLOSE_WAIT straight to CLOSE (EstabResets)."};
constexpr Metric kTcpResetsSent{
    "sockdiag_tcp_resets_sent_total", kCounter, {}, "Segments sent with RST (OutRsts)."};
constexpr Metric kTcpAborts{
    "sockdiag_tcp_aborts_total",
    kCounter,
    {"reason"},
    "Connections that this host ended with a reset or in silence: data "
    "after the close or SO_LINGER of 0, close with bytes unread, no memory, "
    "no answer, TCP_LINGER2 below 0 (TCPAbortOn...)."};
constexpr Metric kTcpSegments{
    "sockdiag_tcp_segments_total",
    kCounter,
    {"direction"},
    "Segments received and sent, retransmissions not among these (InSegs, "
    "OutSegs)."};
constexpr Metric kTcpReceiveErrors{"sockdiag_tcp_receive_errors_total",
                                   kCounter,
                                   {},
                                   "Segments received that were damaged (InErrs)."};
constexpr Metric kTcpRetransmits{"sockdiag_tcp_retransmitted_segments_total",
                                 kCounter,
                                 {},
                                 "Segments sent again (RetransSegs)."};
constexpr Metric kTcpSynRetransmits{"sockdiag_tcp_syn_retransmits_total",
                                    kCounter,
                                    {},
                                    "Of the segments sent again, those with SYN: nobody answers "
                                    "(TCPSynRetrans)."};
constexpr Metric kTcpLostRetransmits{"sockdiag_tcp_lost_retransmits_total",
                                     kCounter,
                                     {},
                                     "Segments sent again that were lost again "
                                     "(TCPLostRetransmit)."};
constexpr Metric kTcpTimeouts{"sockdiag_tcp_timeouts_total",
                              kCounter,
                              {},
                              "Retransmission timers that ran out (TCPTimeouts)."};
constexpr Metric kTcpListenOverflows{"sockdiag_tcp_listen_overflows_total",
                                     kCounter,
                                     {},
                                     "Connections refused since an accept queue was full; all of "
                                     "them are among the listen drops, too (ListenOverflows)."};
constexpr Metric kTcpListenDrops{"sockdiag_tcp_listen_drops_total",
                                 kCounter,
                                 {},
                                 "Connections that listeners dropped, for whatever reason "
                                 "(ListenDrops)."};
constexpr Metric kTcpRequestQueueFull{"sockdiag_tcp_request_queue_full_total",
                                      kCounter,
                                      {"action"},
                                      "SYNs that found a listener's queue of handshakes full: "
                                      "dropped, or answered with a cookie (TCPReqQFullDrop, "
                                      "TCPReqQFullDoCookies)."};
constexpr Metric kTcpSyncookiesCounted{"sockdiag_tcp_syncookies_total",
                                       kCounter,
                                       {"kind"},
                                       "SYN cookies sent, received back, and received invalid."};
constexpr Metric kTcpMemoryPressures{"sockdiag_tcp_memory_pressures_total",
                                     kCounter,
                                     {},
                                     "How often TCP came under memory pressure "
                                     "(TCPMemoryPressures)."};
constexpr Metric kTcpMemoryPressureSeconds{"sockdiag_tcp_memory_pressure_seconds_total",
                                           kCounter,
                                           {},
                                           "For how long it was, spells that have ended "
                                           "(TCPMemoryPressuresChrono)."};
constexpr Metric kTcpPrunes{"sockdiag_tcp_prunes_total",
                            kCounter,
                            {},
                            "How often a receive queue was squeezed for want of buffer space "
                            "(PruneCalled)."};
constexpr Metric kTcpDroppedSegments{"sockdiag_tcp_dropped_segments_total",
                                     kCounter,
                                     {"reason"},
                                     "Segments received and dropped as a queue was full, the "
                                     "window closed or memory short."};
constexpr Metric kTcpTimeWaitOverflows{"sockdiag_tcp_time_wait_overflows_total",
                                       kCounter,
                                       {},
                                       "TIME_WAIT sockets destroyed at once since there were "
                                       "tcp_max_tw_buckets (TCPTimeWaitOverflow)."};
constexpr Metric kUdpDatagrams{"sockdiag_udp_datagrams_total",
                               kCounter,
                               {"family", "direction"},
                               "Datagrams delivered to sockets, and sent."};
constexpr Metric kUdpErrors{"sockdiag_udp_errors_total",
                            kCounter,
                            {"family", "reason"},
                            "Datagrams dropped: receive or send buffer full, damaged, UDP's memory "
                            "used up."};
constexpr Metric kUdpNoPort{"sockdiag_udp_no_port_total",
                            kCounter,
                            {"family"},
                            "Datagrams received for a port that nobody had (NoPorts)."};
constexpr Metric kIpNoRoute{"sockdiag_ip_no_route_total",
                            kCounter,
                            {"family"},
                            "Packets not sent for want of a route (OutNoRoutes)."};

constexpr Metric kProtocolCounter{"sockdiag_protocol_counter",
                                  kGauge,
                                  {"group", "name"},
                                  "Protocol statistics of the kernel by its own names; nearly all "
                                  "are counters, some are settings."};

constexpr std::array kMetrics{&kTcpOpens,
                              &kTcpFailedOpens,
                              &kTcpEstablishedResets,
                              &kTcpResetsSent,
                              &kTcpAborts,
                              &kTcpSegments,
                              &kTcpReceiveErrors,
                              &kTcpRetransmits,
                              &kTcpSynRetransmits,
                              &kTcpLostRetransmits,
                              &kTcpTimeouts,
                              &kTcpListenOverflows,
                              &kTcpListenDrops,
                              &kTcpRequestQueueFull,
                              &kTcpSyncookiesCounted,
                              &kTcpMemoryPressures,
                              &kTcpMemoryPressureSeconds,
                              &kTcpPrunes,
                              &kTcpDroppedSegments,
                              &kTcpTimeWaitOverflows,
                              &kUdpDatagrams,
                              &kUdpErrors,
                              &kUdpNoPort,
                              &kIpNoRoute,
                              &kProtocolCounter};

/// A counter of the kernel that is shown, and as what.
struct ShownCounter {
  std::string_view group;
  std::string_view name;
  const Metric* metric;
  /// As many as the metric has.
  std::array<std::string_view, 2> label_values = {};
  /// From the kernel's unit to the metric's.
  double factor = 1;
};

constexpr double kSecondsPerMillisecond = 1e-3;

/// What each counts: Documentation/networking/snmp_counter.rst, include/uapi/linux/snmp.h.
constexpr std::array kShown{
    ShownCounter{"Tcp", "ActiveOpens", &kTcpOpens, {"outbound"}},
    ShownCounter{"Tcp", "PassiveOpens", &kTcpOpens, {"inbound"}},
    ShownCounter{"Tcp", "AttemptFails", &kTcpFailedOpens},
    ShownCounter{"Tcp", "EstabResets", &kTcpEstablishedResets},
    ShownCounter{"Tcp", "InSegs", &kTcpSegments, {"received"}},
    ShownCounter{"Tcp", "OutSegs", &kTcpSegments, {"sent"}},
    ShownCounter{"Tcp", "RetransSegs", &kTcpRetransmits},
    ShownCounter{"Tcp", "InErrs", &kTcpReceiveErrors},
    ShownCounter{"Tcp", "OutRsts", &kTcpResetsSent},
    ShownCounter{"TcpExt", "TCPAbortOnData", &kTcpAborts, {"data"}},
    ShownCounter{"TcpExt", "TCPAbortOnClose", &kTcpAborts, {"close"}},
    ShownCounter{"TcpExt", "TCPAbortOnMemory", &kTcpAborts, {"memory"}},
    ShownCounter{"TcpExt", "TCPAbortOnTimeout", &kTcpAborts, {"timeout"}},
    ShownCounter{"TcpExt", "TCPAbortOnLinger", &kTcpAborts, {"linger"}},
    ShownCounter{"TcpExt", "TCPSynRetrans", &kTcpSynRetransmits},
    ShownCounter{"TcpExt", "TCPLostRetransmit", &kTcpLostRetransmits},
    ShownCounter{"TcpExt", "TCPTimeouts", &kTcpTimeouts},
    ShownCounter{"TcpExt", "ListenOverflows", &kTcpListenOverflows},
    ShownCounter{"TcpExt", "ListenDrops", &kTcpListenDrops},
    ShownCounter{"TcpExt", "TCPReqQFullDrop", &kTcpRequestQueueFull, {"drop"}},
    ShownCounter{"TcpExt", "TCPReqQFullDoCookies", &kTcpRequestQueueFull, {"cookies"}},
    ShownCounter{"TcpExt", "SyncookiesSent", &kTcpSyncookiesCounted, {"sent"}},
    ShownCounter{"TcpExt", "SyncookiesRecv", &kTcpSyncookiesCounted, {"received"}},
    ShownCounter{"TcpExt", "SyncookiesFailed", &kTcpSyncookiesCounted, {"failed"}},
    ShownCounter{"TcpExt", "TCPMemoryPressures", &kTcpMemoryPressures},
    ShownCounter{"TcpExt",
                 "TCPMemoryPressuresChrono",
                 &kTcpMemoryPressureSeconds,
                 {},
                 kSecondsPerMillisecond},
    ShownCounter{"TcpExt", "PruneCalled", &kTcpPrunes},
    ShownCounter{"TcpExt", "TCPBacklogDrop", &kTcpDroppedSegments, {"backlog"}},
    ShownCounter{"TcpExt", "TCPRcvQDrop", &kTcpDroppedSegments, {"receive_queue"}},
    ShownCounter{"TcpExt", "TCPOFODrop", &kTcpDroppedSegments, {"out_of_order_queue"}},
    ShownCounter{"TcpExt", "TCPZeroWindowDrop", &kTcpDroppedSegments, {"zero_window"}},
    ShownCounter{"TcpExt", "TCPTimeWaitOverflow", &kTcpTimeWaitOverflows},
    ShownCounter{"Udp", "InDatagrams", &kUdpDatagrams, {"ipv4", "received"}},
    ShownCounter{"Udp", "OutDatagrams", &kUdpDatagrams, {"ipv4", "sent"}},
    ShownCounter{"Udp6", "InDatagrams", &kUdpDatagrams, {"ipv6", "received"}},
    ShownCounter{"Udp6", "OutDatagrams", &kUdpDatagrams, {"ipv6", "sent"}},
    ShownCounter{"Udp", "RcvbufErrors", &kUdpErrors, {"ipv4", "receive_buffer"}},
    ShownCounter{"Udp", "SndbufErrors", &kUdpErrors, {"ipv4", "send_buffer"}},
    ShownCounter{"Udp", "InCsumErrors", &kUdpErrors, {"ipv4", "checksum"}},
    ShownCounter{"Udp", "MemErrors", &kUdpErrors, {"ipv4", "memory"}},
    ShownCounter{"Udp6", "RcvbufErrors", &kUdpErrors, {"ipv6", "receive_buffer"}},
    ShownCounter{"Udp6", "SndbufErrors", &kUdpErrors, {"ipv6", "send_buffer"}},
    ShownCounter{"Udp6", "InCsumErrors", &kUdpErrors, {"ipv6", "checksum"}},
    ShownCounter{"Udp6", "MemErrors", &kUdpErrors, {"ipv6", "memory"}},
    ShownCounter{"Udp", "NoPorts", &kUdpNoPort, {"ipv4"}},
    ShownCounter{"Udp6", "NoPorts", &kUdpNoPort, {"ipv6"}},
    ShownCounter{"Ip", "OutNoRoutes", &kIpNoRoute, {"ipv4"}},
    ShownCounter{"Ip6", "OutNoRoutes", &kIpNoRoute, {"ipv6"}}};

/// By group and name, so that it can be looked up.
const auto& ShownByName() {
  static const auto kSorted = [] {
    auto sorted = kShown;
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
      return std::tie(a.group, a.name) < std::tie(b.group, b.name);
    });
    return sorted;
  }();
  return kSorted;
}

const ShownCounter* FindShown(std::string_view group, std::string_view name) {
  const std::pair key(group, name);
  const auto& shown = ShownByName();
  const auto found = std::lower_bound(shown.begin(), shown.end(), key,
                                      [](const ShownCounter& one, const auto& wanted) {
                                        return std::pair(one.group, one.name) < wanted;
                                      });
  const bool is_found = found != shown.end() && std::pair(found->group, found->name) == key;
  return is_found ? &*found : nullptr;
}

void Add(const ShownCounter& shown, double value, Samples& samples) {
  const Metric& metric = *shown.metric;
  const auto& [first, second] = shown.label_values;
  if (first.empty()) {
    samples.Add(metric, value * shown.factor);
  } else if (second.empty()) {
    samples.Add(metric, value * shown.factor, first);
  } else {
    samples.Add(metric, value * shown.factor, first, second);
  }
}

/// A file, and what it is made of.
struct StatisticsFile {
  std::string_view file;
  Result<std::vector<ProtocolCounter>> (*parse)(std::string_view text);
};
constexpr std::array kFiles{StatisticsFile{"thread-self/net/snmp", ParseProtocolTable},
                            StatisticsFile{"thread-self/net/netstat", ParseProtocolTable},
                            StatisticsFile{"thread-self/net/snmp6", ParseProtocolList}};

}  // namespace

std::span<const Metric* const> ProtocolsCollector::Metrics() { return kMetrics; }

Result<void> ProtocolsCollector::Collect(Findings& findings) {
  ProcFiles files(root_);
  for (const auto& [file, parse] : kFiles) {
    const auto counters = files.Read(file, parse);
    if (!counters) continue;
    for (const ProtocolCounter& counter : *counters) {
      if (shows_raw_) {
        findings.samples.Add(kProtocolCounter, counter.value, counter.group, counter.name);
      }
      if (const auto* shown = FindShown(counter.group, counter.name)) {
        Add(*shown, counter.value, findings.samples);
      }
    }
  }
  Result<void> read = files.Check();
  if (read && findings.samples.families().empty()) {
    return Fail(root_ + " shows none of the kernel's protocol statistics");
  }
  return read;
}

}  // namespace sockdiag
