#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "collectors/rtnetlink/dumper.h"
#include "collectors/rtnetlink/link_message.h"

namespace sockdiag {

/// A device as it is shown.
struct Device {
  /// The label `device`: as the kernel names it, in printable UTF-8.
  std::string name;
  bool is_up = false;
  LinkCounters counters;
};

/// Keeps all devices of one dump, of LinksRequest(). Where containers come and go, devices do, and
/// a dump of thousands of them is hardly ever left alone: of 2,000, and 80 changes a second, a
/// third is interrupted. Each device that was seen is right then, too. One that was there all the
/// time is not seen only by kernels before 6.9, whose lists go on by position: when another one of
/// the same list, one in 256, has gone meanwhile. It is back the next time.
class Devices final : public RtnetlinkSink {
 public:
  /// The label of those without a place.
  static constexpr std::string_view kOther = "other";

  [[nodiscard]] DumpResult<void> Add(const NetlinkMessage& message) override;
  [[nodiscard]] bool MayChangeMeanwhile() const override { return true; }

  /// By index, which the kernel gives in the order of their making.
  [[nodiscard]] const std::map<std::uint32_t, Device>& all() const { return all_; }

  /// Which device has a series of its own: the `limit` with the lowest indexes, that is the oldest,
  /// so that one loses its place to none that comes later. One that is called `other` has none, nor
  /// has one that is called like another before it: what cannot be printed may look like what can,
  /// and a dump may have a name twice when it goes from one device to the other meanwhile.
  template <typename Visitor>
  void ForEach(std::size_t limit, Visitor&& visit) const {
    std::size_t places_left = limit;
    std::set<std::string_view> taken{kOther};
    for (const auto& [index, device] : all_) {
      const bool has_place = places_left > 0 && taken.insert(device.name).second;
      if (has_place) --places_left;
      visit(index, device, has_place);
    }
  }

 private:
  std::map<std::uint32_t, Device> all_;
};

}  // namespace sockdiag
