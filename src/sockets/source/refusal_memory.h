#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "netlink/dump_error.h"
#include "sockets/source/sock_diag.h"

namespace sockdiag {

/// One thing that was refused and is not asked for again so soon, as each attempt would cost much:
/// for a module that is missing the kernel would start modprobe. Any thread may use it.
class RefusalMemory {
 public:
  /// How long, unless the module is loaded meanwhile.
  static constexpr std::chrono::minutes kTime{5};

  struct Options {
    /// As IsModuleLoaded().
    std::function<bool(const std::string&)> is_loaded = IsModuleLoaded;
    /// Then a refusal's message says when it is asked for again.
    bool is_used_again = true;
  };

  /// The clock must outlive this.
  RefusalMemory(const Clock& clock, Options options)
      : clock_(clock), options_(std::move(options)) {}

  /// The refusal that is in force, as it was told.
  [[nodiscard]] std::optional<DumpError> Find();
  /// Remembers a refusal, and gives it as it is to be told. `module`: what was missing; empty when
  /// there is no such module.
  [[nodiscard]] DumpError Note(DumpError error, const std::string& module = {});

 private:
  struct Refusal {
    DumpError error;
    Clock::TimePoint until;
    /// What the module's loading would mend; empty when there is no such module, or it was loaded
    /// already.
    std::string missing_module;
  };

  [[nodiscard]] bool IsOver(const Refusal& refusal) const;

  const Clock& clock_;
  const Options options_;
  std::mutex mutex_;
  std::optional<Refusal> refusal_;
};

}  // namespace sockdiag
