#pragma once

#include <optional>

#include "model/direction.h"
#include "model/socket_record.h"

namespace sockdiag {

/// Whoever remembers single sockets from dump to dump.
class KnownDirections {
 public:
  virtual ~KnownDirections() = default;

  /// The direction that a dump before found of this socket, when it had something better to go by
  /// than rules, names and ports; nothing when it is not known.
  [[nodiscard]] virtual std::optional<Direction> Find(const SocketRecord& record) = 0;
};

}  // namespace sockdiag
