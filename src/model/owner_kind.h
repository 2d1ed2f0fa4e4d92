#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "model/socket_state.h"

namespace sockdiag {

/// What holds sockets, as the host's manager of it calls it.
enum class OwnerKind : std::uint8_t {
  /// Nothing that is known.
  kNone,
  /// A service, or another scope, of systemd's.
  kUnit,
  /// A user's login session.
  kSession,
  /// Of Kubernetes.
  kPod,
  /// Of a container runtime, in no pod.
  kContainer,
  /// A container with a system of its own, or a virtual machine.
  kMachine,
  /// A network namespace of which nothing else is known.
  kNetns
};

/// The label value.
[[nodiscard]] constexpr std::string_view Name(OwnerKind kind) {
  constexpr std::array<std::string_view, 7> names{"none",      "unit",    "session", "pod",
                                                  "container", "machine", "netns"};
  return names[Index(kind)];
}

}  // namespace sockdiag
