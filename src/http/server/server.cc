#include "http/server.h"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <future>
#include <string>
#include <system_error>
#include <utility>

#include "base/clock.h"
#include "base/limited_log.h"
#include "http/dispatcher.h"
#include "http/listener.h"
#include "http/server/acceptor.h"
#include "http/server/connection_socket.h"
#include "http/server/connection_table.h"
#include "http/server/connection_watchdog.h"
#include "http/server/mhd_daemon.h"
#include "http/server/mhd_request_callbacks.h"

namespace sockdiag::http {
namespace {

// For threads that only have to notice that their connection was cut.
constexpr std::chrono::milliseconds kCutTime{250};

/// Threads started meanwhile take no signals: those are for the threads that wait for them.
class BlockSignals {
 public:
  BlockSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  BlockSignals(const BlockSignals&) = delete;
  BlockSignals& operator=(const BlockSignals&) = delete;
  ~BlockSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

ConnectionTimeouts TimeoutsOf(const ServerOptions& options) {
  return {.head = options.head_timeout,
          .body = options.body_timeout,
          .send = options.send_timeout,
          .idle = options.idle_timeout};
}

/// Closes with a reset: the client knows at once, and no TIME_WAIT socket is left here.
void Refuse(UniqueFd fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd.Get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

std::string LimitText(unsigned max_connections) {
  return std::to_string(max_connections) + " are open, which is the limit";
}

}  // namespace

/// The parts, in an order in which each outlives those that refer to it.
struct Server::Core {
  Core(const ServerOptions& options, Router router, const Log& log)
      : refused_line("refused a connection: " + LimitText(options.max_connections)),
        cut_line("cut a connection for a new one: " + LimitText(options.max_connections)),
        send_timeout(options.send_timeout),
        warnings(log, clock),
        client_warnings(log, clock),
        accept_failures(warnings, log),
        table(options.max_connections, options.max_requests, TimeoutsOf(options), clock),
        dispatcher(std::move(router), options.access_policy, options.max_requests, warnings),
        callbacks(dispatcher, table, options.access_policy, warnings, accept_failures) {}

  [[nodiscard]] Result<void> Take(AcceptedSocket socket);
  [[nodiscard]] Result<void> Serve(AcceptedSocket socket);

  // Made beforehand: to take a connection nothing may fail between TryAdd() and Add().
  const std::string refused_line;
  const std::string cut_line;
  const std::chrono::milliseconds send_timeout;
  const SystemClock clock{};
  LimitedLog warnings;
  // What clients cause has a budget of its own, so that it cannot crowd out the rest.
  LimitedLog client_warnings;
  AcceptFailureLog accept_failures;
  ConnectionTable table;
  Dispatcher dispatcher;
  MhdRequestCallbacks callbacks;
  std::unique_ptr<ConnectionWatchdog> watchdog;
  std::unique_ptr<MhdDaemon> daemon;
  std::unique_ptr<Acceptor> acceptor;
  // Runs while handlers outlast Stop(); its destructor waits for them.
  std::future<void> cut;
};

Result<void> Server::Core::Take(AcceptedSocket socket) {
  const int fd = socket.fd.Get();
  const ConnectionTable::Admission admission = table.TryAdd(fd);
  if (admission == ConnectionTable::Admission::kRefused) {
    Refuse(std::move(socket.fd));
    client_warnings.Warn(refused_line);
    return {};
  }
  if (admission == ConnectionTable::Admission::kAddedInPlaceOfAnother) {
    client_warnings.Warn(cut_line);
  }
  return Serve(std::move(socket));
}

/// What it cannot serve leaves no entry in the table.
Result<void> Server::Core::Serve(AcceptedSocket socket) {
  const int fd = socket.fd.Get();
  LimitUnacknowledgedTime(fd, send_timeout);
  accept_failures.NoteAccepted(fd);
  try {
    Result<void> added = daemon->Add(std::move(socket));
    if (!added) table.Remove(fd);
    return added;
  } catch (...) {
    table.Remove(fd);
    throw;
  }
}

Server::Server(std::unique_ptr<Core> core, std::vector<std::string> addresses)
    : core_(std::move(core)), addresses_(std::move(addresses)) {}

Result<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                              std::vector<Listener> listeners, Router router,
                                              const Log& log) {
  if (listeners.empty()) return Fail("no address to listen on");
  auto core = std::make_unique<Core>(options, std::move(router), log);
  const BlockSignals block_signals;
  Result<std::unique_ptr<ConnectionWatchdog>> watchdog =
      ConnectionWatchdog::Start(core->table, core->client_warnings);
  if (!watchdog) return tl::unexpected(watchdog.error());
  core->watchdog = std::move(*watchdog);
  Result<std::unique_ptr<MhdDaemon>> daemon =
      MhdDaemon::Start(core->callbacks, core->table, options.access_policy, core->client_warnings,
                       core->accept_failures);
  if (!daemon) return tl::unexpected(daemon.error());
  core->daemon = std::move(*daemon);
  Result<std::unique_ptr<Acceptor>> acceptor = Acceptor::Start(
      std::move(listeners),
      [&core = *core](AcceptedSocket socket) { return core.Take(std::move(socket)); },
      core->accept_failures);
  if (!acceptor) return tl::unexpected(acceptor.error());
  core->acceptor = std::move(*acceptor);
  std::vector<std::string> addresses = core->acceptor->Addresses();
  return std::unique_ptr<Server>(new Server(std::move(core), std::move(addresses)));
}

bool Server::Stop(std::chrono::milliseconds grace) {
  if (core_->cut.valid()) return core_->cut.wait_for(grace) == std::future_status::ready;
  core_->acceptor->Stop();
  core_->callbacks.CloseConnections();
  core_->table.EndInput();
  if (core_->table.WaitUntilEmpty(grace)) {
    core_->daemon->Stop();
    return true;
  }
  core_->table.CutAll();
  try {
    core_->cut = std::async(std::launch::async, [&daemon = *core_->daemon] { daemon.Stop(); });
  } catch (const std::system_error&) {
    return false;  // No thread to be had, and this one must not wait for handlers.
  }
  return core_->cut.wait_for(kCutTime) == std::future_status::ready;
}

Server::~Server() { static_cast<void>(Stop()); }

}  // namespace sockdiag::http
