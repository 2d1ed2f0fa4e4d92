#pragma once

#include <string>
#include <string_view>

#include "model/owner_kind.h"

namespace sockdiag {

/// Whose a cgroup is, as far as its path tells.
struct CgroupOwner {
  OwnerKind kind = OwnerKind::kNone;
  /// Of a unit or session its name, of a machine its name; else empty.
  std::string name;
  /// 64 hexadecimal digits, of a container, also of one in a pod; else empty.
  std::string container_id;
  /// With hyphens as Kubernetes writes it, of a pod; else empty.
  std::string pod_uid;

  friend bool operator==(const CgroupOwner&, const CgroupOwner&) = default;
};

/// From the path below the cgroup2 mount, such as `/system.slice/nginx.service`: the innermost
/// folder that has an owner counts, but what is below a container or a machine is its own affair.
/// The forms are those of systemd (systemd.unit(5), its escapes taken back), of the kubelet with
/// either cgroup driver, and of docker, containerd, CRI-O and podman, with either; of lxc. Any text
/// is taken: what has none of these forms has no owner.
[[nodiscard]] CgroupOwner ParseCgroupPath(std::string_view path);

}  // namespace sockdiag
