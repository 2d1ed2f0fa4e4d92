#include "app/reloader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/guard.h"

namespace sockdiag {
namespace {

/// For a sampler that only has to hear of its end.
constexpr std::chrono::milliseconds kSamplerGrace{100};

}  // namespace

Result<void> Reloader::Reload(std::string_view trigger) {
  const std::lock_guard lock(reload_mutex_);
  return ReloadAlone(trigger);
}

std::optional<Result<void>> Reloader::TryReload(std::string_view trigger) {
  const std::unique_lock lock(reload_mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return std::nullopt;
  return ReloadAlone(trigger);
}

Result<void> Reloader::ReloadAlone(std::string_view trigger) noexcept {
  notifier_.NotifyReloading();
  Result<void> result = TryReplace();
  if (result) {
    record_.NoteSuccess();
  } else {
    record_.NoteFailure();
  }
  TryToLog([&] { Tell(result, trigger); });
  notifier_.NotifyReady();
  return result;
}

Result<void> Reloader::TryReplace() noexcept {
  return Guard([this] { return Replace(); });
}

void Reloader::Tell(const Result<void>& result, std::string_view trigger) const {
  const Log::Field from{"trigger", std::string(trigger)};
  if (result) return log_.Info("configuration reloaded", {from});
  log_.Error("configuration not reloaded: the old one stays in force",
             {from, {"error", result.error().message}});
}

Result<void> Reloader::Replace() {
  const Result<Config> config = steps_.load();
  if (!config) return tl::unexpected(config.error());
  // Otherwise each reload would leave one more dump behind while the kernel hangs.
  if (!ForgetRetired(kPatience)) {
    return Fail("a dump of the configuration before is still under way in the kernel");
  }
  std::shared_ptr<Pipeline> before = scrapes_.pipeline();
  if (!before->WaitForDumps(kPatience)) {
    return Fail("a dump is under way in the kernel for longer than " +
                std::to_string(kPatience.count()) + " s, and must not pile up with others");
  }
  std::shared_ptr<Pipeline> next = steps_.make_pipeline(*config);
  next->StartSampling();
  scrapes_.Use(std::move(next));
  // From here on nothing fails.
  steps_.take_effect(*config);
  {
    const std::lock_guard lock(retired_mutex_);
    retired_ = std::move(before);
  }
  static_cast<void>(ForgetRetired(kSamplerGrace));
  return {};
}

bool Reloader::ForgetRetired(std::chrono::milliseconds grace) {
  std::shared_ptr<Pipeline> retired;
  {
    const std::lock_guard lock(retired_mutex_);
    retired = retired_;
  }
  if (retired && !retired->Stop(grace)) return false;
  const std::lock_guard lock(retired_mutex_);
  retired_.reset();
  return true;
}

std::optional<Clock::TimePoint> Reloader::running_since() const {
  const std::optional<Clock::TimePoint> current = scrapes_.pipeline()->running_since();
  const std::lock_guard lock(retired_mutex_);
  const std::optional<Clock::TimePoint> before =
      retired_ ? retired_->running_since() : std::nullopt;
  if (!current || !before) return current ? current : before;
  return std::min(*current, *before);
}

bool Reloader::Stop(std::chrono::milliseconds grace) {
  return scrapes_.pipeline()->Stop(grace) && ForgetRetired(std::chrono::milliseconds(0));
}

}  // namespace sockdiag
