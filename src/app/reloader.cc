#include "app/reloader.h"

#include <exception>
#include <string>

#include "app/service_manager.h"

namespace sockdiag {
namespace {

/// For a sampler that only has to hear of its end.
constexpr std::chrono::milliseconds kSamplerGrace{100};

}  // namespace

Result<void> Reloader::Reload(std::string_view trigger) {
  const std::lock_guard lock(reload_mutex_);
  service_manager::NotifyReloading();
  Result<void> result;
  try {
    result = Replace();
  } catch (const std::exception& error) {
    result = Fail(error.what());
  }
  if (result) {
    record_.NoteSuccess();
    log_.Info("configuration reloaded", {{"trigger", std::string(trigger)}});
  } else {
    record_.NoteFailure();
    log_.Error("configuration not reloaded: the old one stays in force",
               {{"trigger", std::string(trigger)}, {"error", result.error().message}});
  }
  service_manager::NotifyReady();
  return result;
}

Result<void> Reloader::Replace() {
  const Result<Config> config = steps_.load();
  if (!config) return tl::unexpected(config.error());
  std::shared_ptr<Pipeline> next = steps_.make_pipeline(*config);
  const std::shared_ptr<Pipeline> before = scrapes_.pipeline();
  ForgetIdle();
  retired_.reserve(retired_.size() + 1);
  if (!next->TakeOver(*before, kPatience)) {
    return Fail("a dump is under way in the kernel for longer than " +
                std::to_string(kPatience.count()) + " s, and ages cannot be taken over meanwhile");
  }
  scrapes_.Use(next);
  next->StartSampling();
  retired_.push_back(before);
  ForgetIdle();
  return {};
}

void Reloader::ForgetIdle() {
  std::erase_if(retired_, [](const std::shared_ptr<Pipeline>& pipeline) {
    return pipeline->Stop(kSamplerGrace);
  });
}

bool Reloader::Stop(std::chrono::milliseconds grace) {
  ForgetIdle();
  return scrapes_.pipeline()->Stop(grace) && retired_.empty();
}

}  // namespace sockdiag
