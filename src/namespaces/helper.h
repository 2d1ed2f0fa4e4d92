#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "base/unique_fd.h"

namespace sockdiag {

/// A network namespace's inode number in nsfs, as in `net:[4026531840]` of namespaces(7). It is
/// given anew soon after the namespace was deleted: see OpenedNamespace::cookie.
using NamespaceId = std::uint64_t;

/// More than most hosts have, and as many as MemoryMax= of the packaged unit suffices for; a find
/// stops there and says so.
inline constexpr std::size_t kMaxNamespaces = 1024;

/// Why the helper did not do what it was asked.
enum class NamespaceErrorReason : std::uint8_t {
  kGone,         ///< there is no such namespace any more where it was found
  kRefused,      ///< a capability is missing, or a filter of system calls stands before it
  kFailed,       ///< anything else that the kernel or a file said
  kUnavailable,  ///< the helper is not there, is silent, or talks nonsense
};

/// For a counter and for a log line.
struct NamespaceError {
  NamespaceErrorReason reason = NamespaceErrorReason::kFailed;
  std::string message;

  bool operator==(const NamespaceError&) const = default;
};

template <typename T>
using NamespaceResult = tl::expected<T, NamespaceError>;

[[nodiscard]] inline tl::unexpected<NamespaceError> FailNamespace(NamespaceErrorReason reason,
                                                                  std::string message) {
  return tl::unexpected<NamespaceError>(NamespaceError{reason, std::move(message)});
}

/// What is needed where the kernel refuses; for the end of that line. The last one is for the
/// daemon, which gives the capabilities up that the helper keeps.
inline constexpr const char* kDirectivesForNamespaces =
    "systemd's CapabilityBoundingSet= and AmbientCapabilities= must name CAP_SYS_ADMIN and "
    "CAP_SYS_PTRACE, RestrictNamespaces= must be net, and SystemCallFilter=capset must be there";

/// A network namespace that was found. Texts are any bytes, as files and cgroups are named.
struct FoundNamespace {
  NamespaceId id = 0;
  /// That of process 1, where there is one to be seen. In a container with processes of its own
  /// that is the container's.
  bool is_host = false;
  /// That of the helper, and so of the daemon.
  bool is_own = false;
  /// Of its bind mount in /run/netns, as `ip netns` makes it; empty without one, and never a name
  /// that CNI plugins make up, `cni-<uuid>`.
  std::string name;
  /// The cgroup of its oldest process (see PickCgroupPath); empty without a process.
  std::string cgroup;

  bool operator==(const FoundNamespace&) const = default;
};

/// What a find gives.
struct FoundNamespaces {
  /// In the order of their ids.
  std::vector<FoundNamespace> namespaces;
  /// There were more than kMaxNamespaces.
  bool is_cut = false;
  /// Namespaces of which only this is known: that they are there, as the kernel does not tell us
  /// the id of any process in them.
  std::uint32_t refused = 0;
  /// With what words the first of them was refused, and what is needed; empty without one.
  std::string refusal;

  bool operator==(const FoundNamespaces&) const = default;
};

/// By which an idle namespace is known; IPv4 and IPv6 together. From /proc/net/sockstat,
/// sockstat6, snmp and snmp6, proc(5).
struct NamespaceCounters {
  /// Sockets, without those in TIME_WAIT and without request sockets (SYN_RECV).
  std::uint64_t tcp_in_use = 0;
  std::uint64_t tcp_time_wait = 0;
  /// Tcp InSegs: since the namespace was made.
  std::uint64_t tcp_segments_in = 0;
  /// Tcp RetransSegs, likewise.
  std::uint64_t tcp_segments_retransmitted = 0;
  std::uint64_t udp_in_use = 0;
  /// Udp and Udp6 InDatagrams, InErrors (what is dropped moves no other) and OutDatagrams: since
  /// the namespace was made.
  std::uint64_t udp_datagrams = 0;

  bool operator==(const NamespaceCounters&) const = default;
};

/// The texts of ip_local_port_range and ip_local_reserved_ports in a namespace. Empty when it
/// cannot be read.
struct PortTexts {
  std::string range;
  std::string reserved;

  bool operator==(const PortTexts&) const = default;
};

/// A netlink socket of another namespace.
struct OpenedNamespace {
  /// Of NETLINK_SOCK_DIAG, bound; see AdoptNetlinkTransport(). It keeps its namespace alive, so
  /// close it after the dump.
  UniqueFd socket;
  PortTexts ports;
  /// SO_NETNS_COOKIE of the socket: no two namespaces have the same one before the host starts
  /// anew. 0 where the kernel has none (before 5.14).
  std::uint64_t cookie = 0;
};

/// Sees other network namespaces for a daemon that may not. One thread at a time.
class NamespaceHelper {
 public:
  virtual ~NamespaceHelper() = default;

  /// All of them, as they are now. Not found is one without a process in it (only its first thread
  /// counts) that a socket or a descriptor keeps alive, or a mount below a folder that our user may
  /// not enter.
  [[nodiscard]] virtual NamespaceResult<FoundNamespaces> Find() = 0;
  /// Of a namespace of the last find; kGone when it is not where it was found.
  [[nodiscard]] virtual NamespaceResult<NamespaceCounters> Counters(NamespaceId id) = 0;
  /// Likewise.
  [[nodiscard]] virtual NamespaceResult<OpenedNamespace> Open(NamespaceId id) = 0;
  /// CPU time that all this has taken in other processes since it was last asked for.
  [[nodiscard]] virtual std::chrono::nanoseconds TakeCpuTime() = 0;
};

}  // namespace sockdiag
