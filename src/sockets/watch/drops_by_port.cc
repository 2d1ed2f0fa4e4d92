#include "sockets/watch/drops_by_port.h"

#include <string>
#include <utility>

namespace sockdiag {

DropsByPort::Counts DropsByPort::Counted(const Drops& drops, const ShownPorts& ports,
                                         const ShownServices& services) const {
  Counts counted = counts_;
  const ShownPorts::OfDirection& inbound = ports.directions[Index(Direction::kInbound)];
  for (const auto& [key, dropped] : drops) {
    counted[{inbound.ShownListener(key.port), services.Shown(key.service)}] += dropped;
  }
  return counted;
}

void DropsByPort::Count(const Drops& drops, const ShownPorts& ports,
                        const ShownServices& services) {
  counts_ = Counted(drops, ports, services);
}

void DropsByPort::Show(const Drops& drops, Protocol protocol, const ShownPorts& ports,
                       const ShownServices& services, Samples& samples) {
  const Metric& metric = Traits(protocol).queue_is_backlog ? kListenDrops : kReceiveDrops;
  const Counts counted = Counted(drops, ports, services);
  Counts shown;
  ports.listeners.ForEach([&](const ShownPorts::ListenerKey& row) {
    const auto found = counted.find(row);
    shown[row] = found == counted.end() ? 0 : found->second;
    samples.Add(metric, shown[row], Name(row.first), services.ShownName(row.second));
  });
  counts_ = std::move(shown);
}

}  // namespace sockdiag
