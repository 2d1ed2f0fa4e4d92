#pragma once

#include <array>
#include <cstddef>

#include "base/clock.h"
#include "collectors/owner_sums.h"
#include "metrics/metric.h"
#include "metrics/samples.h"
#include "model/protocol.h"
#include "model/state_set.h"
#include "sockets/naming/shown_owners.h"

namespace sockdiag {

/// From what is known of owners to what is shown of them, by the names that have a place.
struct OwnersByName {
  static constexpr Metric kSockets{
      "sockdiag_owner_sockets",
      kGauge,
      {"owner_kind", "owner", "protocol", "state"},
      "Sockets by the unit, session, pod, container or machine that holds them."};
  static constexpr Metric kStuckSockets{
      "sockdiag_owner_stuck_sockets",
      kGauge,
      {"owner_kind", "owner", "state"},
      "TCP sockets by owner that are longer in this state than stuck_after allows."};
  static constexpr Metric kOldestSocketAge{
      "sockdiag_owner_oldest_socket_age_seconds",
      kGauge,
      {"owner_kind", "owner", "state"},
      "Age in this state of the owner's oldest TCP socket, since it was first seen there or its "
      "peer was last heard; 0 without one."};
  static constexpr Metric kListenQueueSaturation{
      "sockdiag_owner_listen_queue_saturation_ratio",
      kGauge,
      {"owner_kind", "owner"},
      "Length / limit of the owner's fullest TCP listener."};
  static constexpr Metric kEphemeralPortsSaturation{
      "sockdiag_owner_ephemeral_ports_saturation_ratio",
      kGauge,
      {"owner_kind", "owner"},
      "Local ports that the owner uses towards its fullest destination, as a share of those of its "
      "network namespace."};
  static constexpr Metric kListenDrops{
      "sockdiag_owner_listen_drops_total",
      kCounter,
      {"owner_kind", "owner"},
      "Connections that the owner's TCP listeners dropped, for whatever reason; a lower bound."};
  static constexpr Metric kReceiveDrops{
      "sockdiag_owner_udp_receive_drops_total",
      kCounter,
      {"owner_kind", "owner"},
      "Datagrams that the owner's unconnected UDP sockets dropped, as a rule for a full receive "
      "buffer; a lower bound."};
  static constexpr Metric kRetransmits{
      "sockdiag_owner_tcp_retransmitted_segments_total",
      kCounter,
      {"owner_kind", "owner"},
      "Segments sent again in the owner's network namespaces (RetransSegs)."};
  static constexpr Metric kInfo{
      "sockdiag_owner_info",
      kGauge,
      {"owner_kind", "owner", "pod_namespace", "pod_name", "container_name", "container_id"},
      "What is known of an owner that is a pod or a container. Always "
      "1."};
  static constexpr std::array kMetrics{&kSockets,
                                       &kStuckSockets,
                                       &kOldestSocketAge,
                                       &kListenQueueSaturation,
                                       &kEphemeralPortsSaturation,
                                       &kListenDrops,
                                       &kReceiveDrops,
                                       &kRetransmits,
                                       &kInfo};

  /// What the sums cannot tell, since a collector has failed or is off, or sockets come from where
  /// nothing tells whose they are. Nothing is shown of that: neither figures that are too low nor a
  /// 0.
  struct Lacks {
    /// Sockets of our own network namespace.
    ProtocolFlags own{};
    /// Whose they are: other namespaces' are all that is shown by owner. The same where `own` is.
    ProtocolFlags own_owners{};
    bool other_namespaces = false;
    bool drops = false;
  };

  /// Decides anew who has a place, and shows it; how many owners have none. The watch's figures are
  /// shown in those of an owner's states that are watched. `counts`: what happened to each row
  /// since it was first shown, to which what did now is added.
  static std::size_t Show(const OwnerSums& sums, const Lacks& lacks, StateSet watched,
                          ShownOwners& owners, OwnerEvents& counts, Clock::TimePoint now,
                          Samples& samples);
};

}  // namespace sockdiag
