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
  /// Some of that is there, and a limit leaves it out: who collects once hears of it, too.
  bool is_beyond_limit = false;
  /// What would tell some of that is denied to this process, as by a filter of system calls;
  /// likewise.
  bool is_denied = false;
};

/// In which thread a collector runs.
enum class RunsIn {
  /// One of its own: nobody else is held up by it.
  kOwnThread,
  /// One for all of this kind, one after the other: a thread would cost more than the collector.
  /// Who is behind one that hangs runs without it from the next collection on.
  kSharedThread,
  /// That of whoever asks, when the others have ended. For what is quick, waits for nothing, and
  /// looks at this process, where it would count the threads and descriptors of the others.
  kLast,
};

/// Gets one kind of figures. Used by one thread at a time.
class Collector {
 public:
  virtual ~Collector() = default;

  /// The label `collector`.
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Adds its samples. On an error it has added none that is not right.
  [[nodiscard]] virtual Result<void> Collect(Findings& findings) = 0;
  [[nodiscard]] virtual RunsIn runs_in() const { return RunsIn::kOwnThread; }
};

}  // namespace sockdiag
