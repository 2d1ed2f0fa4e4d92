#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

#include "model/owner_kind.h"

namespace sockdiag {

/// Who holds sockets, as labels name it.
struct Owner {
  /// No name is longer.
  static constexpr std::size_t kMaxNameBytes = 255;

  OwnerKind kind = OwnerKind::kNone;
  /// Valid UTF-8. Of a pod its namespace, `/` and its name, or its uid until these are known; of a
  /// container the first 12 digits of its id; empty of nobody.
  std::string name;

  friend auto operator<=>(const Owner&, const Owner&) = default;
};

/// What else is known of an owner that is a pod or a container; what is not known is empty.
struct OwnerDetails {
  /// Of the pod, also when a container is the owner.
  std::string pod_namespace;
  std::string pod_name;
  /// Of a container. A pod may have several.
  std::string container_name;
  /// As IsContainerId().
  std::string container_id;
  /// Of a pod that goes by its name: what it went by until that was known.
  std::string pod_uid = {};

  friend bool operator==(const OwnerDetails&, const OwnerDetails&) = default;
};

[[nodiscard]] constexpr bool HasDetails(OwnerKind kind) {
  return kind == OwnerKind::kPod || kind == OwnerKind::kContainer;
}

/// An owner's number; see Owners. It is given to no other.
enum class OwnerId : std::uint32_t {
  /// Nobody.
  kNone,
  /// Nothing tells whose the socket is.
  kUntold,
  kFirst
};

}  // namespace sockdiag
