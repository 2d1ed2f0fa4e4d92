#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "app/pipeline.h"
#include "app/reload_record.h"
#include "app/scrape.h"
#include "app/service_manager.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "config/config.h"

namespace sockdiag {

/// Puts a new configuration into force: all of it or, if it is wrong, none. Any thread may use it.
class Reloader {
 public:
  struct Steps {
    std::function<Result<Config>()> load;
    std::function<std::shared_ptr<Pipeline>(const Config&)> make_pipeline;
    /// For what of it holds outside the pipeline, when it is in force; must not throw.
    std::function<void(const Config&)> take_effect = [](const Config&) {};
  };

  /// How long a dump under way may keep a new configuration waiting; longer than the kernel may be
  /// silent in a dump.
  static constexpr std::chrono::seconds kPatience{12};

  /// The pipeline of `scrapes` is in force, and its sampler runs. All references must outlive this.
  Reloader(Steps steps, ScrapeService& scrapes, ReloadRecord& record,
           service_manager::Notifier& notifier, const Log& log)
      : steps_(std::move(steps)),
        scrapes_(scrapes),
        record_(record),
        notifier_(notifier),
        log_(log) {}

  /// One after the other, when several ask. `trigger` is for the log.
  [[nodiscard]] Result<void> Reload(std::string_view trigger);
  /// The same; nothing when another reload is under way.
  [[nodiscard]] std::optional<Result<void>> TryReload(std::string_view trigger);

  /// When the longest dump under way began, also one of the configuration before; nothing when
  /// there is none.
  [[nodiscard]] std::optional<Clock::TimePoint> running_since() const;

  /// Ends all sampling. False when a dump still runs after `grace`: then end the process without
  /// this object's end. Not during a reload.
  [[nodiscard]] bool Stop(std::chrono::milliseconds grace);

 private:
  [[nodiscard]] Result<void> ReloadAlone(std::string_view trigger) noexcept;
  /// When it fails or throws, nothing has changed.
  [[nodiscard]] Result<void> Replace();
  [[nodiscard]] Result<void> TryReplace() noexcept;
  void Tell(const Result<void>& result, std::string_view trigger) const;
  /// Lets go of the pipeline before, unless it still dumps: its end would wait for that.
  [[nodiscard]] bool ForgetRetired(std::chrono::milliseconds grace);

  const Steps steps_;
  ScrapeService& scrapes_;
  ReloadRecord& record_;
  service_manager::Notifier& notifier_;
  const Log& log_;
  /// Held for the whole of a reload.
  std::mutex reload_mutex_;
  mutable std::mutex retired_mutex_;
  /// The pipeline before the current one, until its last dump has ended.
  std::shared_ptr<Pipeline> retired_;
};

}  // namespace sockdiag
