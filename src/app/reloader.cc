#include "app/reloader.h"

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <utility>

namespace sockdiag {
namespace {

/// For a sampler that only has to hear of its end.
constexpr std::chrono::milliseconds kSamplerGrace{100};

Error Describe(const std::exception& error) noexcept {
  try {
    return Error{error.what()};
  } catch (const std::bad_alloc&) {
    // Short enough to need no memory from the heap.
    return Error{"out of memory"};
  }
}

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
  try {
    return Replace();
  } catch (const std::exception& error) {
    return tl::unexpected(Describe(error));
  }
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
  std::shared_ptr<Pipeline> next = steps_.make_pipeline(*config);
  std::shared_ptr<Pipeline> before = scrapes_.pipeline();
  if (!next->StartFrom(*before, kPatience)) {
    return Fail("a dump is under way in the kernel for longer than " +
                std::to_string(kPatience.count()) + " s, and ages cannot be taken over meanwhile");
  }
  // From here on nothing fails.
  scrapes_.Use(std::move(next));
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
