#pragma once

#include <compare>
#include <cstdint>

#include "model/direction.h"
#include "sockets/naming/service_names.h"

namespace sockdiag {

/// What sockets are counted under.
struct Group {
  ServiceId service = ServiceId::kOther;
  Direction direction = Direction::kInbound;

  friend auto operator<=>(const Group&, const Group&) = default;
};

/// A group's number, small and the same for as long as the program runs. Whoever counts goes by it
/// and does not know what a group is made of.
enum class GroupId : std::uint32_t {};

[[nodiscard]] constexpr GroupId IdOf(const Group& group) {
  return static_cast<GroupId>(Index(group.service) * kDirections.size() + Index(group.direction));
}
[[nodiscard]] constexpr Group GroupOf(GroupId id) {
  return {static_cast<ServiceId>(Index(id) / kDirections.size()),
          kDirections[Index(id) % kDirections.size()]};
}

}  // namespace sockdiag
