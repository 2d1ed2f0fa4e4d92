#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "metrics/samples.h"

namespace sockdiag {

class SocketTallies;
struct NamespaceFindings;

/// What one run of a collector gave.
struct Findings {
  Samples samples;
  /// Of a collector of sockets: counted and not yet named, since which names have a place is
  /// decided over all protocols together; see SocketMemory. Null for the others.
  std::shared_ptr<const SocketTallies> sockets;
  /// Of the collector of other network namespaces, likewise.
  std::shared_ptr<const NamespaceFindings> namespaces;
  /// What this kernel does not have, so that figures are absent that others show: a line for the
  /// log, or empty. It is no failure.
  std::string lack;
};

/// Gets one kind of figures. Used by one thread at a time.
class Collector {
 public:
  virtual ~Collector() = default;

  /// The label `collector`.
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Adds its samples. On an error it has added none that is not right.
  [[nodiscard]] virtual Result<void> Collect(Findings& findings) = 0;
  /// Whether it is quick and waits for nothing: then it runs when the others have ended, in the
  /// thread of whoever asks, as one of its own would cost more than the collector. What looks at
  /// this process must: it would count the threads and descriptors of the others.
  [[nodiscard]] virtual bool RunsAfterTheOthers() const { return false; }
};

}  // namespace sockdiag
