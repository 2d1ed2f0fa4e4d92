#include "web/live_access_policy.h"

#include <utility>

namespace sockdiag::web {
namespace {

/// Whether a server is encrypted is decided when it starts.
Result<void> CheckKeepsTls(const PreparedWebConfig& before, const PreparedWebConfig& after) {
  if ((before.tls == nullptr) == (after.tls == nullptr)) return {};
  return Fail(before.tls == nullptr ? "tls_server_config: turning TLS on needs a restart"
                                    : "tls_server_config: turning TLS off needs a restart");
}

}  // namespace

Result<std::unique_ptr<LiveAccessPolicy>> LiveAccessPolicy::Start(Loader load, const Log& log,
                                                                  const Clock& clock) {
  std::unique_ptr<LiveAccessPolicy> self(new LiveAccessPolicy(std::move(load), log, clock));
  Result<State> state = self->Read();
  if (!state) return tl::unexpected(state.error());
  self->Replace(std::move(*state));
  self->next_check_ = clock.Now() + kCheckInterval;
  return self;
}

std::shared_ptr<const PreparedWebConfig> LiveAccessPolicy::Current() {
  const Clock::TimePoint now = clock_.Now();
  if (now >= next_check_.load()) {
    const std::unique_lock reading(reading_, std::try_to_lock);
    if (reading.owns_lock() && now >= next_check_.load()) CheckFiles(now);
  }
  const std::lock_guard lock(mutex_);
  return current_;
}

std::shared_ptr<const http::TlsContext> LiveAccessPolicy::CurrentTls() { return Current()->tls; }

std::optional<http::Response> LiveAccessPolicy::Refuse(const http::Request& request) {
  static_cast<void>(Current());
  return filter_.Refuse(request);
}

void LiveAccessPolicy::AddHeaders(http::Response& response) {
  const std::shared_ptr<const PreparedWebConfig> current = Current();
  for (const http::HeaderField& header : current->headers) http::SetHeader(response, header);
}

Result<void> LiveAccessPolicy::ReloadNow() {
  const std::lock_guard reading(reading_);
  broken_message_.clear();
  return Reload(clock_.Now(), Trigger::kOperator);
}

WebConfigStatus LiveAccessPolicy::Status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void LiveAccessPolicy::CheckFiles(Clock::TimePoint now) {
  next_check_ = now + kCheckInterval;
  const bool is_retry = !Status().successful && now >= next_retry_;
  std::vector<FileStamp> stamps = StampFiles(files_);
  const bool is_settled = stamps == std::exchange(seen_stamps_, stamps);
  if (is_settled && (is_retry || stamps != read_stamps_)) {
    static_cast<void>(Reload(now, Trigger::kFiles));
  }
}

Result<void> LiveAccessPolicy::Reload(Clock::TimePoint now, Trigger trigger) {
  Result<State> state = Read();
  Result<void> outcome =
      state.and_then([&](const State& next) { return CheckMayReplace(next, trigger); });
  if (!outcome) {
    next_retry_ = now + kRetryInterval;
    ReportBroken(outcome.error().message);
    return outcome;
  }
  Replace(std::move(*state));
  log_.Info("read the web configuration again");
  return outcome;
}

Result<void> LiveAccessPolicy::CheckMayReplace(const State& next, Trigger trigger) const {
  // Without mutex_: only threads that hold reading_ change current_.
  Result<void> keeps_tls = CheckKeepsTls(*current_, next.prepared);
  if (!keeps_tls || trigger == Trigger::kOperator) return keeps_tls;
  return CheckDemandsNoLess(demands_, DemandsOf(next.config));
}

/// The files get their stamps before they are read: what is written meanwhile shows as a change the
/// next time. Which files they are may itself change, and is known only after reading.
Result<LiveAccessPolicy::State> LiveAccessPolicy::Read() {
  constexpr int kAttempts = 3;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    read_stamps_ = StampFiles(files_);
    Result<LoadedWebConfig> next = load_();
    if (!next) return tl::unexpected(next.error());
    if (next->files == files_) {
      Result<PreparedWebConfig> prepared = PrepareWebConfig(next->config);
      // Written meanwhile: what was read may be the one half of the old and the other of the new.
      if (StampFiles(files_) != read_stamps_) continue;
      if (!prepared) return tl::unexpected(prepared.error());
      return State{std::move(next->config), std::move(*prepared)};
    }
    files_ = std::move(next->files);
  }
  return Fail("the web configuration, or a file that it names, changes with every look at it");
}

void LiveAccessPolicy::Replace(State state) {
  auto next = std::make_shared<const PreparedWebConfig>(std::move(state.prepared));
  filter_.SetConfig(state.config);
  demands_ = DemandsOf(state.config);
  seen_stamps_ = read_stamps_;
  broken_message_.clear();
  const std::lock_guard lock(mutex_);
  // The old state ends after the lock: it may be the last owner of what it holds.
  current_.swap(next);
  status_ = {.successful = true, .last_success = std::chrono::system_clock::now()};
}

void LiveAccessPolicy::ReportBroken(const std::string& message) {
  {
    const std::lock_guard lock(mutex_);
    status_.successful = false;
  }
  if (std::exchange(broken_message_, message) == message) return;
  log_.Warn("kept the last web configuration: " + message);
}

}  // namespace sockdiag::web
