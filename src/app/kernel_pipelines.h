#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "app/pipeline.h"
#include "base/clock.h"
#include "base/failure_log.h"
#include "base/log.h"
#include "config/config.h"
#include "sockets/naming/live_ephemeral_ports.h"
#include "sockets/source/dump_errors.h"

namespace sockdiag {

/// Makes pipelines with the real kernel behind them, and keeps what goes on from one to the next.
class KernelPipelines {
 public:
  /// The log must outlive this, and this every pipeline.
  explicit KernelPipelines(const Log& log)
      : log_(log), sampling_("sampling", log, clock_), reading_("reading", log, clock_) {}

  [[nodiscard]] std::shared_ptr<Pipeline> Make(const Config& config);
  [[nodiscard]] const Clock& clock() const { return clock_; }

  /// Whether dumps can be asked for at all.
  [[nodiscard]] static Result<void> Check();

 private:
  const Log& log_;
  const SystemClock clock_{};
  DumpErrors errors_;
  std::mutex sampling_mutex_;
  FailureLog sampling_;
  FailureLog reading_;
  LiveEphemeralPorts ephemeral_ports_{[this](const std::string& file, const std::string& error) {
    reading_.Note(error, {{"file", file}});
  }};
};

}  // namespace sockdiag
