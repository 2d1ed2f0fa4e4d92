#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "app/log.h"
#include "app/pipeline.h"
#include "app/reload_record.h"
#include "app/scrape.h"
#include "base/error.h"
#include "config/config.h"

namespace sockdiag {

/// Puts a new configuration into force: all of it or, if it is wrong, none. Any thread may use it.
class Reloader {
 public:
  struct Steps {
    std::function<Result<Config>()> load;
    std::function<std::shared_ptr<Pipeline>(const Config&)> make_pipeline;
  };

  /// How long a dump under way may keep a new configuration waiting; longer than the kernel may be
  /// silent in a dump.
  static constexpr std::chrono::seconds kPatience{12};

  /// The pipeline of `scrapes` is in force, and its sampler runs. All references must outlive this.
  Reloader(Steps steps, ScrapeService& scrapes, ReloadRecord& record, const Log& log)
      : steps_(std::move(steps)), scrapes_(scrapes), record_(record), log_(log) {}

  /// One after the other, when several ask. `trigger` is for the log.
  [[nodiscard]] Result<void> Reload(std::string_view trigger);

  /// Ends all sampling. False when a dump still runs after `grace`: then end the process without
  /// this object's end. Not during a reload.
  [[nodiscard]] bool Stop(std::chrono::milliseconds grace);

 private:
  [[nodiscard]] Result<void> Replace();
  /// Lets go of pipelines without a dump under way: the end of another one would wait for it.
  void ForgetIdle();

  const Steps steps_;
  ScrapeService& scrapes_;
  ReloadRecord& record_;
  const Log& log_;
  /// Held for the whole of a reload.
  std::mutex reload_mutex_;
  std::vector<std::shared_ptr<Pipeline>> retired_;
};

}  // namespace sockdiag
