#pragma once

#include <memory>
#include <string_view>

#include "base/error.h"
#include "metrics/samples.h"

namespace sockdiag {

class SocketTallies;

/// What one run of a collector gave.
struct Findings {
  Samples samples;
  /// Of a collector of sockets: counted and not yet named, since which names have a place is
  /// decided over all protocols together; see SocketMemory. Null for the others.
  std::shared_ptr<const SocketTallies> sockets;
};

/// Gets one kind of figures. Used by one thread at a time.
class Collector {
 public:
  virtual ~Collector() = default;

  /// The label `collector`.
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Adds its samples. On an error it has added none that is not right.
  [[nodiscard]] virtual Result<void> Collect(Findings& findings) = 0;
  /// Whether it looks at this process, and waits for nothing: then it runs when the others have
  /// ended, whose threads and descriptors it would count, and needs no thread of its own.
  [[nodiscard]] virtual bool RunsAfterTheOthers() const { return false; }
};

}  // namespace sockdiag
