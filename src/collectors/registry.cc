#include "collectors/registry.h"

#include <array>

#include "collectors/conntrack.h"
#include "collectors/families/mptcp.h"
#include "collectors/families/netlink.h"
#include "collectors/families/other.h"
#include "collectors/families/packet.h"
#include "collectors/families/raw.h"
#include "collectors/families/sctp.h"
#include "collectors/families/unix.h"
#include "collectors/families/vsock.h"
#include "collectors/kernel_limits.h"
#include "collectors/namespaces.h"
#include "collectors/process.h"
#include "collectors/protocols.h"
#include "collectors/rtnetlink/interfaces.h"
#include "collectors/rtnetlink/multicast_groups.h"
#include "collectors/rtnetlink/routes.h"
#include "collectors/sockets.h"
#include "sockets/watch/sampler.h"

namespace sockdiag {
namespace {

template <Protocol protocol>
std::unique_ptr<Collector> MakeSockets(const CollectorEnvironment& environment) {
  return std::make_unique<SocketsCollector>(
      protocol, SocketsEnvironment{.source = environment.open_source(),
                                   .matcher = environment.matcher,
                                   .ephemeral_ports = environment.ephemeral_ports,
                                   .owners = environment.owners,
                                   .watch = environment.memory.watch(),
                                   .listeners = environment.memory.listeners(protocol),
                                   .drops = environment.memory.drops(protocol),
                                   .collects_drops = environment.collects_drops,
                                   .generation = environment.generation,
                                   .errors = environment.memory.errors(),
                                   .clock = environment.clock});
}

std::unique_ptr<Collector> MakeNamespaces(const CollectorEnvironment& environment) {
  return std::make_unique<NamespacesCollector>(
      NamespacesEnvironment{.reach = environment.namespaces,
                            .memory = environment.memory.namespaces(),
                            .matcher = environment.matcher,
                            .owners = environment.owners,
                            .generation = environment.generation,
                            .watch = environment.watch,
                            .is_collected = environment.is_collected,
                            .collects_drops = environment.collects_drops,
                            .errors = environment.memory.errors(),
                            .cpu_clock = ThreadCpuTime,
                            .clock = environment.clock});
}

std::unique_ptr<Collector> MakeProtocols(const CollectorEnvironment& environment) {
  return std::make_unique<ProtocolsCollector>(environment.options.raw_protocol_counters);
}

std::unique_ptr<Collector> MakeUnix(const CollectorEnvironment& environment) {
  return std::make_unique<UnixCollector>(environment.open_netlink, environment.clock,
                                         environment.options.unix_paths);
}

std::unique_ptr<Collector> MakePacket(const CollectorEnvironment& environment) {
  return std::make_unique<PacketCollector>(environment.open_netlink,
                                           environment.memory.packet_drops(), environment.clock);
}

ProcReading ReadingOf(const CollectorEnvironment& environment) {
  return {.clock = environment.clock, .is_used_again = environment.is_used_again};
}

std::unique_ptr<Collector> MakeNetlink(const CollectorEnvironment& environment) {
  return std::make_unique<NetlinkCollector>(environment.memory.netlink_drops(),
                                            ReadingOf(environment));
}

/// One that reads tables of /proc and remembers nothing beyond a reload.
template <typename Type>
std::unique_ptr<Collector> MakeOfTables(const CollectorEnvironment& environment) {
  return std::make_unique<Type>(ReadingOf(environment));
}

/// One that dumps a family and remembers nothing beyond a reload.
template <typename Type>
std::unique_ptr<Collector> MakeFamily(const CollectorEnvironment& environment) {
  return std::make_unique<Type>(environment.open_netlink, environment.clock);
}

template <typename Type>
std::unique_ptr<Collector> MakeOfDevices(const CollectorEnvironment& environment) {
  return std::make_unique<Type>(environment.open_netlink, environment.options.interfaces_limit);
}

std::unique_ptr<Collector> MakeRoutes(const CollectorEnvironment& environment) {
  return std::make_unique<RoutesCollector>(
      RoutesEnvironment{.open_netlink = environment.open_netlink,
                        .limit = environment.options.routes_limit,
                        .clock = environment.clock});
}

template <typename Type>
std::unique_ptr<Collector> Make(const CollectorEnvironment&) {
  return std::make_unique<Type>();
}

}  // namespace

std::span<const CollectorEntry> AllCollectors() {
  static const std::array kAll{
      CollectorEntry{Name(Protocol::kTcp), true, {}, MakeSockets<Protocol::kTcp>},
      CollectorEntry{Name(Protocol::kUdp), true, {}, MakeSockets<Protocol::kUdp>},
      CollectorEntry{kDropsName, true, {}, nullptr},
      CollectorEntry{"kernel_limits", true, KernelLimitsCollector::Metrics(),
                     Make<KernelLimitsCollector>},
      CollectorEntry{ProtocolsCollector::kName, true, ProtocolsCollector::Metrics(), MakeProtocols},
      CollectorEntry{"conntrack", true, ConntrackCollector::kMetrics, Make<ConntrackCollector>},
      CollectorEntry{InterfacesCollector::kName, false, InterfacesCollector::Metrics(),
                     MakeOfDevices<InterfacesCollector>},
      CollectorEntry{RoutesCollector::kName, true, RoutesCollector::Metrics(), MakeRoutes},
      CollectorEntry{MulticastGroupsCollector::kName, false, MulticastGroupsCollector::Metrics(),
                     MakeOfDevices<MulticastGroupsCollector>},
      CollectorEntry{UnixCollector::kName, true, UnixCollector::Metrics(), MakeUnix},
      CollectorEntry{PacketCollector::kName, true, PacketCollector::Metrics(), MakePacket},
      CollectorEntry{NetlinkCollector::kName, true, NetlinkCollector::Metrics(), MakeNetlink},
      CollectorEntry{RawCollector::kName, true, RawCollector::Metrics(),
                     MakeOfTables<RawCollector>},
      CollectorEntry{MptcpCollector::kName, true, MptcpCollector::Metrics(),
                     MakeFamily<MptcpCollector>},
      CollectorEntry{SctpCollector::kName, true, SctpCollector::Metrics(),
                     MakeFamily<SctpCollector>},
      CollectorEntry{VsockCollector::kName, true, VsockCollector::Metrics(),
                     MakeFamily<VsockCollector>},
      CollectorEntry{OtherCollector::kName, true, OtherCollector::Metrics(),
                     MakeOfTables<OtherCollector>},
      CollectorEntry{"process", true, ProcessCollector::Metrics(), Make<ProcessCollector>},
      CollectorEntry{NamespacesCollector::kName, false, NamespacesCollector::kMetrics,
                     MakeNamespaces, /*has_own_section=*/true}};
  return kAll;
}

}  // namespace sockdiag
