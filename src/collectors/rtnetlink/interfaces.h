#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/rtnetlink/devices.h"
#include "collectors/rtnetlink/dumper.h"
#include "metrics/metric.h"

namespace sockdiag {

/// Sums what devices without a place of their own count. A sum of their counters would fall when
/// one of them goes, which Prometheus would take for a new beginning; so it is what they have
/// counted since the first Update(), and while they had no place.
class OtherDevices {
 public:
  /// All that there are now, and how many have a place.
  void Update(const Devices& devices, std::size_t limit);

  /// Whether there ever was one.
  [[nodiscard]] bool HasAny() const { return has_any_; }
  [[nodiscard]] const LinkCounters& sum() const { return sum_; }

 private:
  /// What it had counted when it was seen last, or before it was seen.
  [[nodiscard]] LinkCounters Before(std::uint32_t index, const LinkCounters& now) const;

  bool is_first_ = true;
  bool has_any_ = false;
  std::uint32_t highest_index_ = 0;
  /// Of all devices, those with a place too, by index.
  std::map<std::uint32_t, LinkCounters> last_;
  LinkCounters sum_;
};

/// What the kernel counts of devices (netstat -i, ip-link(8)), of the network namespace of the
/// calling thread.
class InterfacesCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "interfaces";

  /// Beyond `limit` devices the rest is `other`.
  InterfacesCollector(NetlinkOpener open, std::size_t limit);

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kSharedThread; }

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  const std::size_t limit_;
  RtnetlinkDumper dumper_;
  OtherDevices others_;
};

}  // namespace sockdiag
