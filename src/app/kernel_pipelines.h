#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "app/pipeline.h"
#include "app/self_samples.h"
#include "base/clock.h"
#include "base/failure_log.h"
#include "base/log.h"
#include "collectors/socket_memory.h"
#include "config/config.h"
#include "sockets/naming/live_ephemeral_ports.h"

namespace sockdiag {

/// Makes pipelines with the real kernel behind them, and keeps what goes on from one to the next.
class KernelPipelines {
 public:
  /// What is shown of reloads besides the collectors' findings; any thread may call it.
  using ReloadStatusReader = std::function<ReloadStatuses()>;

  /// The log and what `reloads` refers to must outlive this, and this every pipeline.
  KernelPipelines(const Log& log, ReloadStatusReader reloads)
      : log_(log),
        reloads_(std::move(reloads)),
        sampling_("sampling", log, clock_),
        reading_("reading", log, clock_) {}

  [[nodiscard]] std::shared_ptr<Pipeline> Make(const Config& config);
  [[nodiscard]] const Clock& clock() const { return clock_; }

  /// Whether dumps can be asked for at all.
  [[nodiscard]] static Result<void> Check();

 private:
  const Log& log_;
  const ReloadStatusReader reloads_;
  const SystemClock clock_{};
  SocketMemory memory_{clock_};
  std::mutex sampling_mutex_;
  FailureLog sampling_;
  FailureLog reading_;
  LiveEphemeralPorts ephemeral_ports_{[this](const std::string& file, const std::string& error) {
    reading_.Note(error, {{"file", file}});
  }};
};

}  // namespace sockdiag
