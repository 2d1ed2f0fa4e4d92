#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "model/protocol.h"
#include "netlink/dump_error.h"
#include "sockets/source/sock_diag.h"

namespace sockdiag {

/// What sock_diag has refused, by protocol, and is not asked for again so soon: at each attempt for
/// a module that is missing the kernel would start modprobe. Sources that share it go the same way.
/// Any thread may use it.
class Refusals {
 public:
  /// How long, unless the module is loaded meanwhile.
  static constexpr std::chrono::minutes kMemory{5};

  struct Options {
    /// As IsModuleLoaded().
    std::function<bool(const std::string&)> is_loaded = IsModuleLoaded;
    /// Then a refusal's message says when the kernel is asked again.
    bool is_used_again = true;
    /// What is denied is remembered, too; for who has another source meanwhile.
    bool with_denials = false;
  };

  /// The clock must outlive this.
  Refusals(const Clock& clock, Options options) : clock_(clock), options_(std::move(options)) {}

  /// The one that is in force, as it was told.
  [[nodiscard]] std::optional<DumpError> Find(Protocol protocol);
  /// Remembers an error, if it is one to be remembered, and gives it as it is to be told.
  [[nodiscard]] DumpError Note(Protocol protocol, const DumpError& error);

 private:
  struct Refusal {
    DumpError error;
    Clock::TimePoint until;
    /// What the module's loading would mend; empty when there is no such module, or it was loaded
    /// when the kernel refused.
    std::string missing_module;
  };

  [[nodiscard]] Refusal Make(Protocol protocol, const DumpError& error) const;
  [[nodiscard]] bool IsOver(const Refusal& refusal) const;

  const Clock& clock_;
  const Options options_;
  std::mutex mutex_;
  std::array<std::optional<Refusal>, kProtocols.size()> refusals_;
};

}  // namespace sockdiag
