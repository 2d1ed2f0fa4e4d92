#include "collectors/rtnetlink/interfaces.h"

#include <algorithm>
#include <array>
#include <utility>

#include "collectors/folded_keys.h"

namespace sockdiag {
namespace {

constexpr Metric kReceiveBytes{
    "sockdiag_interface_receive_bytes_total", kCounter, {"device"}, "Bytes received (rx_bytes)."};
constexpr Metric kReceivePackets{"sockdiag_interface_receive_packets_total",
                                 kCounter,
                                 {"device"},
                                 "Packets received (rx_packets)."};
constexpr Metric kReceiveErrors{"sockdiag_interface_receive_errors_total",
                                kCounter,
                                {"device"},
                                "Packets received that were bad (rx_errors)."};
constexpr Metric kReceiveDropped{
    "sockdiag_interface_receive_dropped_total",
    kCounter,
    {"device"},
    "Packets received and dropped, and those that the device had no buffer for (rx_dropped + "
    "rx_missed_errors, as in /proc/net/dev)."};
constexpr Metric kTransmitBytes{
    "sockdiag_interface_transmit_bytes_total", kCounter, {"device"}, "Bytes sent (tx_bytes)."};
constexpr Metric kTransmitPackets{"sockdiag_interface_transmit_packets_total",
                                  kCounter,
                                  {"device"},
                                  "Packets sent (tx_packets)."};
constexpr Metric kTransmitErrors{"sockdiag_interface_transmit_errors_total",
                                 kCounter,
                                 {"device"},
                                 "Packets that could not be sent (tx_errors)."};
constexpr Metric kTransmitDropped{"sockdiag_interface_transmit_dropped_total",
                                  kCounter,
                                  {"device"},
                                  "Packets dropped on their way to the device (tx_dropped)."};
constexpr Metric kCarrierChanges{"sockdiag_interface_carrier_changes_total",
                                 kCounter,
                                 {"device"},
                                 "How often the device lost or found its carrier."};
constexpr Metric kUp{"sockdiag_interface_up",
                     kGauge,
                     {"device"},
                     "1 when packets can pass: set up, and the operational state is up, or unknown "
                     "as that of lo."};

constexpr std::array kMetrics{
    &kReceiveBytes,    &kReceivePackets, &kReceiveErrors,   &kReceiveDropped, &kTransmitBytes,
    &kTransmitPackets, &kTransmitErrors, &kTransmitDropped, &kCarrierChanges, &kUp};

struct ShownCounter {
  const Metric* metric;
  std::uint64_t LinkCounters::*value;
};
constexpr std::array kShown{ShownCounter{&kReceiveBytes, &LinkCounters::receive_bytes},
                            ShownCounter{&kReceivePackets, &LinkCounters::receive_packets},
                            ShownCounter{&kReceiveErrors, &LinkCounters::receive_errors},
                            ShownCounter{&kReceiveDropped, &LinkCounters::receive_dropped},
                            ShownCounter{&kTransmitBytes, &LinkCounters::transmit_bytes},
                            ShownCounter{&kTransmitPackets, &LinkCounters::transmit_packets},
                            ShownCounter{&kTransmitErrors, &LinkCounters::transmit_errors},
                            ShownCounter{&kTransmitDropped, &LinkCounters::transmit_dropped},
                            ShownCounter{&kCarrierChanges, &LinkCounters::carrier_changes}};

void Show(std::string_view device, const LinkCounters& counters, Samples& samples) {
  for (const auto& [metric, value] : kShown) samples.Add(*metric, counters.*value, device);
}

/// What one counter has moved; one that is less than it was has begun anew.
std::uint64_t Since(std::uint64_t before, std::uint64_t now) {
  return now < before ? now : now - before;
}

}  // namespace

/// One that was there before this looked, or that comes from another namespace, has a past that is
/// not counted. A new one has none: the kernel gives it an index above all that there were.
LinkCounters OtherDevices::Before(std::uint32_t index, const LinkCounters& now) const {
  const auto last = last_.find(index);
  if (last != last_.end()) return last->second;
  return is_first_ || index <= highest_index_ ? now : LinkCounters();
}

void OtherDevices::Update(const Devices& devices, std::size_t limit) {
  std::map<std::uint32_t, LinkCounters> seen;
  devices.ForEach(limit, [&](std::uint32_t index, const Device& device, bool has_place) {
    const LinkCounters& now = device.counters;
    seen.emplace(index, now);
    if (has_place) return;
    has_any_ = true;
    const LinkCounters before = Before(index, now);
    for (const auto& [metric, value] : kShown) sum_.*value += Since(before.*value, now.*value);
  });
  if (!seen.empty()) highest_index_ = std::max(highest_index_, seen.rbegin()->first);
  last_ = std::move(seen);
  is_first_ = false;
}

std::span<const Metric* const> InterfacesCollector::Metrics() { return kMetrics; }

InterfacesCollector::InterfacesCollector(NetlinkOpener open, std::size_t limit)
    : limit_(limit), dumper_(std::move(open)) {}

Result<void> InterfacesCollector::Collect(Findings& findings) {
  const DumpResult<Devices> devices = dumper_.Dump(LinksRequest(/*with_counters=*/true), Devices());
  if (!devices) return Fail("devices: " + devices.error().message);
  std::size_t others = 0;
  devices->ForEach(limit_, [&](std::uint32_t, const Device& device, bool has_place) {
    if (!has_place) {
      ++others;
      return;
    }
    Show(device.name, device.counters, findings.samples);
    findings.samples.Add(kUp, device.is_up ? 1 : 0, device.name);
  });
  findings.samples.Add(kFoldedKeys, others, "interfaces");
  others_.Update(*devices, limit_);
  if (others_.HasAny()) Show(Devices::kOther, others_.sum(), findings.samples);
  return {};
}

}  // namespace sockdiag
