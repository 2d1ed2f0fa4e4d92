#include "app/daemon.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <future>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "app/kernel_pipelines.h"
#include "app/listeners.h"
#include "app/privileges.h"
#include "app/reloader.h"
#include "app/routes.h"
#include "app/scrape.h"
#include "app/service_manager.h"
#include "app/signals.h"
#include "app/startup.h"
#include "base/guard.h"
#include "collectors/namespaces.h"
#include "http/server.h"
#include "web/config_loader.h"
#include "web/live_access_policy.h"

namespace sockdiag {
namespace {

using std::chrono::milliseconds;

/// SIGTERM ends the daemon within two seconds, whatever hangs.
constexpr milliseconds kStopTime{1500};
/// Of that, for the requests in flight.
constexpr milliseconds kRequestGrace{1000};
/// A dump that is under way for longer does not get on; no scrape waits for it any more.
constexpr std::chrono::seconds kHangLimit{60};

template <typename T>
bool IsUnderWay(const std::future<T>& future) {
  return future.valid() && future.wait_for(milliseconds(0)) != std::future_status::ready;
}

/// Whatever hangs from now on, be it the log that nobody reads, the process ends.
void EndInTime() {
  try {
    std::thread([] {
      std::this_thread::sleep_for(kStopTime + milliseconds(300));
      _exit(0);
    }).detach();
  } catch (const std::exception&) {
    // No thread, or no memory for it. Then it may take longer.
  }
}

/// How often the watchdog is fed; nothing when there is none.
std::optional<milliseconds> WatchdogPeriod() {
  constexpr milliseconds kMost = std::chrono::hours(1);
  const auto timeout = service_manager::WatchdogTimeout();
  if (!timeout) return std::nullopt;
  return std::min(std::chrono::ceil<milliseconds>(*timeout / 4), kMost);
}

/// A wait, and no longer than `limit` if that applies.
std::optional<milliseconds> Shorter(std::optional<milliseconds> wait, bool applies,
                                    milliseconds limit) {
  return applies ? std::min(wait.value_or(limit), limit) : wait;
}

/// The parts of the running program, in an order in which each outlives those that refer to it.
class Daemon {
 public:
  Daemon(const Options& options, const LoadedConfig& loaded, NamespaceAccess namespaces,
         const Log& log)
      : options_(options),
        config_at_start_(loaded.config),
        had_file_(!loaded.is_built_in),
        log_(log),
        pipelines_(
            log, [this] { return Statuses(); }, std::move(namespaces)),
        notifier_(log, pipelines_.clock()),
        scrapes_(log, pipelines_.clock()),
        reloader_({[this] { return Load(); },
                   [this](const Config& next) { return pipelines_.Make(next); },
                   [this](const Config& next) { ApplyToAccess(next); }},
                  scrapes_, record_, notifier_, log) {
    scrapes_.Use(pipelines_.Make(config_at_start_));
  }

  [[nodiscard]] Result<void> Serve(std::vector<http::Listener> listeners);
  /// Until a signal ends it.
  void Run(const SignalQueue& signals);
  /// False when something hangs.
  [[nodiscard]] bool Stop();

 private:
  [[nodiscard]] ReloadStatuses Statuses() const;
  [[nodiscard]] Result<void> StartAccessPolicy();
  void ApplyToAccess(const Config& config);
  [[nodiscard]] Result<Config> Load();
  void CollectFirst();
  void StartReload();
  void FeedWatchdog();

  const Options& options_;
  const Config& config_at_start_;
  /// Some configuration so far came from a file.
  bool had_file_;
  const Log& log_;
  KernelPipelines pipelines_;
  service_manager::Notifier notifier_;
  ReloadRecord record_;
  ScrapeService scrapes_;
  Reloader reloader_;
  /// Null without a web configuration.
  std::unique_ptr<web::LiveAccessPolicy> access_policy_;
  std::unique_ptr<http::Server> server_;
  std::future<void> first_collection_;
  std::future<void> reload_;
  bool is_hang_logged_ = false;
};

Result<void> Daemon::StartAccessPolicy() {
  if (!options_.web_config_file) return {};
  auto policy = web::LiveAccessPolicy::Start(
      [this] { return web::LoadWebConfigFile(*options_.web_config_file); }, log_,
      pipelines_.clock());
  if (!policy) return tl::unexpected(policy.error());
  access_policy_ = std::move(*policy);
  ApplyToAccess(config_at_start_);
  return {};
}

void Daemon::ApplyToAccess(const Config& config) {
  if (access_policy_) access_policy_->OpenHealthPaths(config.web.unauthenticated_health);
}

Result<void> Daemon::Serve(std::vector<http::Listener> listeners) {
  Result<void> access_policy = StartAccessPolicy();
  if (!access_policy) return access_policy;
  http::ServerOptions server_options;
  server_options.access_policy = access_policy_.get();
  server_options.max_requests = options_.max_requests;
  server_options.max_connections = MaxConnections(server_options.max_connections);
  RouteSources sources{scrapes_, options_.telemetry_path, nullptr};
  if (options_.enable_lifecycle) {
    sources.reload = [this] { return reloader_.TryReload("http"); };
  }
  const std::vector<Log::Fields> bound = BoundFields(listeners);
  auto server =
      http::Server::Start(server_options, std::move(listeners), MakeRoutes(sources), log_);
  if (!server) return tl::unexpected(server.error());
  server_ = std::move(*server);
  const bool has_tls = access_policy_ && access_policy_->CurrentTls();
  for (Log::Fields fields : bound) {
    fields.emplace_back("tls", has_tls ? "true" : "false");
    log_.Info("listening", fields);
  }
  try {
    scrapes_.pipeline()->StartSampling();
    // Not in this thread: a dump cannot be interrupted, and signals must be heard during it.
    first_collection_ = std::async(std::launch::async, [this] { CollectFirst(); });
  } catch (const std::system_error& error) {
    return Fail(std::string("cannot start a thread: ") + error.what());
  }
  notifier_.NotifyReady();
  return {};
}

ReloadStatuses Daemon::Statuses() const {
  ReloadStatuses statuses{record_.status(), std::nullopt};
  if (access_policy_) {
    const web::WebConfigStatus status = access_policy_->Status();
    const std::chrono::duration<double> time = status.last_success.time_since_epoch();
    statuses.web_config = ReloadStatus{status.successful, time.count()};
  }
  return statuses;
}

/// The web configuration follows its files by itself; but who asks for a reload wants it now, and
/// to hear when it is wrong.
Result<Config> Daemon::Load() {
  if (access_policy_) {
    const Result<void> web = access_policy_->ReloadNow();
    if (!web) return Fail("web configuration: " + web.error().message);
  }
  Result<LoadedConfig> loaded = LoadConfig(options_.config_file, options_.collectors);
  if (!loaded) return tl::unexpected(loaded.error());
  TellReload(*loaded, had_file_, log_);
  had_file_ = had_file_ || !loaded->is_built_in;
  WarnOfDoubts(*loaded, log_);
  constexpr std::string_view kNamespaces = NamespacesCollector::kName;
  const bool had_namespaces = config_at_start_.collectors.IsEnabled(kNamespaces);
  if (loaded->config.collectors.IsEnabled(kNamespaces) != had_namespaces) {
    log_.Warn("namespaces.enabled stays as it was at the start: a change needs a restart",
              {{"enabled", had_namespaces ? "true" : "false"}});
    loaded->config.collectors.Set(kNamespaces, had_namespaces);
  }
  return std::move(loaded->config);
}

/// So that the exporter is ready before it is scraped.
void Daemon::CollectFirst() {
  const Result<void> collected = Guard([this] { static_cast<void>(scrapes_.Get(std::nullopt)); });
  if (collected) return;
  TryToLog([&] {
    log_.Error("the first collection failed", {{"error", collected.error().message}});
  });
}

void Daemon::Run(const SignalQueue& signals) {
  constexpr milliseconds kReloadPoll{100};
  constexpr milliseconds kNotifyAgain{1000};
  const std::optional<milliseconds> watchdog_period = WatchdogPeriod();
  bool reload_wanted = false;
  while (true) {
    const bool polls = reload_wanted || IsUnderWay(reload_);
    const auto signal = signals.Wait(Shorter(Shorter(watchdog_period, polls, kReloadPoll),
                                             notifier_.HasToRetry(), kNotifyAgain));
    if (signal && *signal != SIGHUP) {
      EndInTime();
      TryToLog([&] { log_.Info("stopping", {{"signal", sigabbrev_np(*signal)}}); });
      return;
    }
    reload_wanted = reload_wanted || signal == SIGHUP;
    notifier_.Retry();
    try {
      if (watchdog_period) FeedWatchdog();
      if (reload_wanted && !IsUnderWay(reload_)) {
        StartReload();
        reload_wanted = false;
      }
    } catch (const std::bad_alloc&) {
      // The next turn comes.
    }
  }
}

/// In a thread of its own: it may wait for a dump, and signals must be heard meanwhile. Throws
/// std::bad_alloc when there is not even the memory to begin.
void Daemon::StartReload() {
  try {
    reload_ =
        std::async(std::launch::async, [this] { static_cast<void>(reloader_.Reload("SIGHUP")); });
  } catch (const std::system_error& error) {
    record_.NoteFailure();
    TryToLog([&] {
      log_.Error("configuration not reloaded: cannot start a thread", {{"error", error.what()}});
    });
  }
}

/// Only while collection gets on: systemd starts the exporter anew when it does not.
void Daemon::FeedWatchdog() {
  const auto since = reloader_.running_since();
  const bool hangs = since && pipelines_.clock().Now() - *since > kHangLimit;
  if (!hangs) notifier_.FeedWatchdog();
  if (hangs && !is_hang_logged_) {
    log_.Error("a dump hangs in the kernel: the watchdog gets no sign of life any more");
  }
  is_hang_logged_ = hangs;
}

bool Daemon::Stop() {
  notifier_.NotifyStopping();
  const auto deadline = std::chrono::steady_clock::now() + kStopTime;
  const bool server_ended = server_->Stop(kRequestGrace);
  const auto has_ended = [&](const std::future<void>& future) {
    return !future.valid() || future.wait_until(deadline) == std::future_status::ready;
  };
  // A handler may be in the middle of a reload.
  if (!server_ended || !has_ended(reload_) || !has_ended(first_collection_)) return false;
  const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  return reloader_.Stop(std::max(left, milliseconds(0)));
}

}  // namespace

Result<void> RunDaemon(const Options& options, const LoadedConfig& config,
                       NamespaceAccess namespaces, const Log& log) {
  const SignalQueue signals;
  log.Info("starting", {{"version", std::string(CurrentBuild().version)},
                        {"revision", std::string(CurrentBuild().revision)},
                        {"config", config.source}});
  WarnOfDoubts(config, log);
  Result<void> netlink = KernelPipelines::Check(config.config.source);
  if (!netlink) return netlink;
  auto listeners = OpenListeners(options);
  if (!listeners) return tl::unexpected(listeners.error());
  const Result<void> restricted = DropAllCapabilities();
  if (!restricted) {
    log.Warn("running with more privileges than needed", {{"error", restricted.error().message}});
  }
  Daemon daemon(options, config, std::move(namespaces), log);
  Result<void> serving = daemon.Serve(std::move(*listeners));
  if (!serving) return serving;
  daemon.Run(signals);
  if (!daemon.Stop()) {
    TryToLog([&] { log.Warn("leaving with a dump, a request or a reload still under way"); });
    _exit(0);
  }
  return {};
}

}  // namespace sockdiag
