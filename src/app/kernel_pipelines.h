#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "app/namespace_access.h"
#include "app/pipeline.h"
#include "app/proc_use_log.h"
#include "app/self_samples.h"
#include "base/clock.h"
#include "base/failure_log.h"
#include "base/log.h"
#include "collectors/socket_memory.h"
#include "config/config.h"
#include "sockets/naming/live_ephemeral_ports.h"
#include "sockets/naming/owners.h"
#include "sockets/source/refusals.h"
#include "sockets/source/socket_source.h"

namespace sockdiag {

/// Makes pipelines with the real kernel behind them, and keeps what goes on from one to the next.
class KernelPipelines {
 public:
  /// What is shown of reloads besides the collectors' findings; any thread may call it.
  using ReloadStatusReader = std::function<ReloadStatuses()>;

  /// The log and what `reloads` refers to must outlive this, and this every pipeline.
  KernelPipelines(const Log& log, ReloadStatusReader reloads, NamespaceAccess namespaces = {})
      : log_(log),
        reloads_(std::move(reloads)),
        namespaces_(std::move(namespaces)),
        sampling_("sampling", log, clock_),
        reading_("reading", log, clock_),
        reading_cgroups_("reading cgroups", log, clock_),
        reading_namespaces_("reading some network namespaces", log, clock_),
        naming_pods_("naming pods", log, clock_),
        using_proc_(log) {}

  /// `is_used_again`: for more than one collection; one alone takes all turns of namespaces.
  [[nodiscard]] std::shared_ptr<Pipeline> Make(const Config& config, bool is_used_again = true);
  [[nodiscard]] const Clock& clock() const { return clock_; }

  /// Whether sockets can be asked for at all, from where the configuration says. What is denied is
  /// no error where /proc takes its place.
  [[nodiscard]] static Result<void> Check(SourceChoice choice);

 private:
  [[nodiscard]] std::unique_ptr<SocketSource> MakeSource(SourceChoice choice,
                                                         const std::shared_ptr<Refusals>& refusals,
                                                         bool is_used_again);

  const Log& log_;
  const ReloadStatusReader reloads_;
  const NamespaceAccess namespaces_;
  const SystemClock clock_{};
  SocketMemory memory_{clock_};
  std::mutex sampling_mutex_;
  FailureLog sampling_;
  FailureLog reading_;
  FailureLog reading_cgroups_;
  FailureLog reading_namespaces_;
  FailureLog naming_pods_;
  ProcUseLog using_proc_;
  LiveEphemeralPorts ephemeral_ports_{[this](const std::string& file, const std::string& error) {
    reading_.Note(error, {{"file", file}});
  }};
  Owners owners_{[](const CgroupVisitor& visit) { return VisitHostCgroups(visit); },
                 [this](const std::string& error) { reading_cgroups_.Note(error); }, clock_,
                 PodNaming{[] { return ReadPodNames(); },
                           [this](const std::string& error) { naming_pods_.Note(error); }}};
};

}  // namespace sockdiag
