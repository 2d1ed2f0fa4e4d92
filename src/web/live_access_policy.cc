#include "web/live_access_policy.h"

#include <string>
#include <utility>

namespace sockdiag::http {
namespace {

/// Whether a server is encrypted is decided when it starts.
Result<void> CheckKeepsTls(const WebAccess& before, const WebAccess& after) {
  if ((before.tls == nullptr) == (after.tls == nullptr)) return {};
  return Fail(before.tls == nullptr ? "tls_server_config: turning TLS on needs a restart"
                                    : "tls_server_config: turning TLS off needs a restart");
}

WebLocks LocksOf(const WebSettings& settings) {
  WebLocks locks{.has_users = !settings.basic_auth_users.empty()};
  if (settings.tls) {
    locks.client_auth = settings.tls->client_auth;
    locks.has_allowed_sans = !settings.tls->client_allowed_sans.empty();
  }
  return locks;
}

/// How much the type asks of a client.
int Strictness(ClientAuth auth) {
  switch (auth) {
    case ClientAuth::kNoClientCert:
    case ClientAuth::kRequestClientCert:
      return 0;
    case ClientAuth::kVerifyClientCertIfGiven:
      return 1;
    case ClientAuth::kRequireAnyClientCert:
      return 2;
    case ClientAuth::kRequireAndVerifyClientCert:
      return 3;
  }
  return 0;
}

Result<void> CheckKeepsLocks(const WebLocks& before, const WebLocks& after) {
  std::string lock;
  if (before.has_users && !after.has_users) {
    lock = "basic_auth_users: taking away every user";
  } else if (Strictness(after.client_auth) < Strictness(before.client_auth)) {
    lock = "tls_server_config.client_auth_type: asking less of clients";
  } else if (before.has_allowed_sans && !after.has_allowed_sans) {
    lock = "tls_server_config.client_allowed_sans: taking them all away";
  }
  if (lock.empty()) return {};
  return Fail(lock + " needs a reload (SIGHUP) or a restart");
}

}  // namespace

Result<std::unique_ptr<LiveWebAccess>> LiveWebAccess::Start(Loader load, const Log& log,
                                                            const Clock& clock) {
  std::unique_ptr<LiveWebAccess> self(new LiveWebAccess(std::move(load), log, clock));
  Result<State> state = self->Read();
  if (!state) return tl::unexpected(state.error());
  self->Replace(std::move(*state));
  self->next_check_ = clock.Now() + kCheckInterval;
  return self;
}

std::shared_ptr<const WebAccess> LiveWebAccess::Current() {
  const Clock::TimePoint now = clock_.Now();
  if (now >= next_check_.load()) {
    const std::unique_lock reading(reading_, std::try_to_lock);
    if (reading.owns_lock() && now >= next_check_.load()) CheckFiles(now);
  }
  const std::lock_guard lock(mutex_);
  return current_;
}

std::shared_ptr<const TlsContext> LiveWebAccess::CurrentTls() { return Current()->tls; }

std::optional<Response> LiveWebAccess::Refuse(const Request& request) {
  static_cast<void>(Current());
  return check_.Check(request);
}

void LiveWebAccess::AddHeaders(Response& response) {
  const std::shared_ptr<const WebAccess> current = Current();
  for (const HeaderField& header : current->headers) SetHeader(response, header);
}

Result<void> LiveWebAccess::CheckNow() {
  const std::lock_guard reading(reading_);
  broken_message_.clear();
  return Reload(clock_.Now(), Trigger::kOperator);
}

WebReloadStatus LiveWebAccess::Status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void LiveWebAccess::CheckFiles(Clock::TimePoint now) {
  next_check_ = now + kCheckInterval;
  const bool is_retry = !Status().successful && now >= next_retry_;
  std::vector<FileStamp> stamps = StampFiles(files_);
  const bool is_settled = stamps == std::exchange(seen_, stamps);
  if (is_settled && (is_retry || stamps != stamps_)) {
    static_cast<void>(Reload(now, Trigger::kFiles));
  }
}

Result<void> LiveWebAccess::Reload(Clock::TimePoint now, Trigger trigger) {
  Result<State> state = Read();
  Result<void> outcome = state.map([](const State&) {});
  // Only threads that hold reading_ change current_.
  if (outcome) outcome = CheckKeepsTls(*current_, state->access);
  if (outcome && trigger == Trigger::kFiles) {
    outcome = CheckKeepsLocks(locks_, LocksOf(state->settings));
  }
  if (!outcome) {
    next_retry_ = now + kRetryInterval;
    ReportBroken(outcome.error().message);
    return outcome;
  }
  Replace(std::move(*state));
  log_.Info("read the web configuration again");
  return outcome;
}

/// The files get their stamps before they are read: what is written meanwhile shows as a change the
/// next time. Which files they are may itself change, and is known only after reading.
Result<LiveWebAccess::State> LiveWebAccess::Read() {
  constexpr int kAttempts = 3;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    stamps_ = StampFiles(files_);
    Result<LoadedWebSettings> next = load_();
    if (!next) return tl::unexpected(next.error());
    if (next->files == files_) {
      Result<WebAccess> access = MakeWebAccess(next->settings);
      // Written meanwhile: what was read may be the one half of the old and the other of the new.
      if (StampFiles(files_) != stamps_) continue;
      return std::move(access).map([&](WebAccess made) {
        return State{std::move(next->settings), std::move(made)};
      });
    }
    files_ = std::move(next->files);
  }
  return Fail("the web configuration, or a file that it names, changes with every look at it");
}

void LiveWebAccess::Replace(State state) {
  auto next = std::make_shared<const WebAccess>(std::move(state.access));
  check_.SetSettings(state.settings);
  locks_ = LocksOf(state.settings);
  seen_ = stamps_;
  broken_message_.clear();
  const std::lock_guard lock(mutex_);
  // The old state ends after the lock: it may be the last owner of what it holds.
  current_.swap(next);
  status_ = {.successful = true, .last_success = std::chrono::system_clock::now()};
}

void LiveWebAccess::ReportBroken(const std::string& message) {
  {
    const std::lock_guard lock(mutex_);
    status_.successful = false;
  }
  if (std::exchange(broken_message_, message) == message) return;
  log_.Warn("kept the last web configuration: " + message);
}

}  // namespace sockdiag::http
