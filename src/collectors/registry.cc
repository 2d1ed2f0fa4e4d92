#include "collectors/registry.h"

#include <array>

#include "collectors/kernel_limits.h"
#include "collectors/process.h"
#include "collectors/sockets.h"

namespace sockdiag {
namespace {

template <Protocol protocol>
std::unique_ptr<Collector> MakeSockets(const CollectorEnvironment& environment) {
  return std::make_unique<SocketsCollector>(
      protocol, SocketsEnvironment{.source = environment.open_source(),
                                   .matcher = environment.matcher,
                                   .ephemeral_ports = environment.ephemeral_ports,
                                   .watch = environment.memory.watch(),
                                   .listeners = environment.memory.listeners(protocol),
                                   .generation = environment.generation,
                                   .errors = environment.memory.errors(),
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
      CollectorEntry{"kernel_limits", true, KernelLimitsCollector::Metrics(),
                     Make<KernelLimitsCollector>},
      CollectorEntry{"process", true, ProcessCollector::Metrics(), Make<ProcessCollector>}};
  return kAll;
}

}  // namespace sockdiag
