#include "app/daemon.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "app/failure_log.h"
#include "app/once.h"
#include "app/pipeline.h"
#include "app/routes.h"
#include "app/scrape.h"
#include "app/startup.h"
#include "base/clock.h"
#include "diag/netlink_source.h"
#include "diag/netlink_transport.h"
#include "http/server.h"

namespace sockdiag {
namespace {

/// How long the kernel may stay silent in the middle of a dump.
constexpr std::chrono::seconds kSilenceLimit{10};

/// The pipeline with the real kernel behind it.
struct KernelPipeline {
  explicit KernelPipeline(const Config& config, const Log& log)
      : sampling("sampling", log, clock),
        scrapes(Open, clock),
        samples(Open, clock),
        pipeline(config, LoadServicesDatabase(config, log), {scrapes, samples}, clock,
                 [this](const std::string& error) { sampling.Note(error); }) {}

  static auto Open() -> tl::expected<std::unique_ptr<NetlinkTransport>, int> {
    return OpenSockDiag(kSilenceLimit);
  }

  SystemClock clock;
  FailureLog sampling;
  NetlinkSource scrapes;
  NetlinkSource samples;
  Pipeline pipeline;
};

/// Whether dumps can be asked for at all. The socket is closed at once: one that stays open would
/// keep its network namespace alive.
Result<void> CheckNetlink() {
  const auto netlink = KernelPipeline::Open();
  if (!netlink) return FailErrno("cannot open a sock_diag netlink socket", netlink.error());
  return {};
}

/// Blocks the signals that end or steer the daemon in this thread and all that it starts.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

void WaitForEnd(const sigset_t& signals, const Log& log) {
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGHUP) {
      log.Info("stopping", {{"signal", sigabbrev_np(signal)}});
      return;
    }
    log.Info("SIGHUP changes nothing: restart to apply a new configuration");
  }
}

/// So that the exporter is ready before it is scraped.
void CollectFirst(ScrapeService& scrapes, const Log& log) {
  try {
    static_cast<void>(scrapes.Get());
  } catch (const std::exception& error) {
    log.Error("the first collection failed", {{"error", error.what()}});
  }
}

Result<std::unique_ptr<http::Server>> StartServer(const Options& options, ScrapeService& scrapes,
                                                  const Log& log) {
  http::ServerOptions server_options;
  server_options.max_requests = options.max_requests;
  server_options.warn = [&log](std::string_view line) { log.Warn(line); };
  auto listeners = http::OpenListeners(options.listen_addresses);
  if (!listeners) return tl::unexpected(listeners.error());
  auto server = http::Server::Start(server_options, std::move(*listeners),
                                    MakeRoutes(scrapes, options.telemetry_path));
  if (!server) return server;
  for (const std::string& address : (*server)->BoundAddresses()) {
    log.Info("listening", {{"address", address}});
  }
  return server;
}

std::chrono::milliseconds TimeUntil(std::chrono::steady_clock::time_point deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(left),
                  std::chrono::milliseconds(0));
}

}  // namespace

Result<void> RunDaemon(const Options& options, const Config& config, const Log& log) {
  log.Info("starting", {{"version", std::string(CurrentBuild().version)},
                        {"revision", std::string(CurrentBuild().revision)},
                        {"config", options.config_file.value_or("built-in defaults")}});
  const Result<void> netlink = CheckNetlink();
  if (!netlink) return netlink;
  KernelPipeline kernel(config, log);
  const sigset_t signals = BlockSignals();
  ScrapeService scrapes(kernel.pipeline, log, kernel.clock);
  auto server = StartServer(options, scrapes, log);
  if (!server) return tl::unexpected(server.error());

  kernel.pipeline.StartSampling();
  // Not in this thread: a dump cannot be interrupted, and signals must be heard during it.
  const auto first = std::async(std::launch::async, [&] { CollectFirst(scrapes, log); });
  WaitForEnd(signals, log);
  constexpr std::chrono::milliseconds kSampleGrace{500};
  const auto deadline = std::chrono::steady_clock::now() + http::Server::kDefaultGrace;
  const bool sampler_ended = kernel.pipeline.StopSampling(kSampleGrace);
  const bool server_ended = (*server)->Stop(TimeUntil(deadline));
  const bool first_ended = first.wait_until(deadline) == std::future_status::ready;
  if (!sampler_ended || !server_ended || !first_ended) {
    log.Warn("a dump is still under way in the kernel: leaving without it");
    _exit(0);
  }
  return {};
}

Result<void> RunOnce(OnceFormat format, const Config& config, const Log& log) {
  KernelPipeline kernel(config, log);
  const Exposition exposition{kernel.pipeline.Collect(), ReadProcessStats(), CurrentBuild()};
  std::cout << Render(exposition, format) << std::flush;
  if (!std::cout) return Fail("cannot write to standard output");
  for (const CollectorReport& report : exposition.collection.collectors) {
    if (!report.Succeeded()) return Fail("collector " + report.collector + ": " + report.error);
  }
  return {};
}

}  // namespace sockdiag
