#include "http/server/connection_watchdog.h"

#include <pthread.h>

#include <string_view>
#include <system_error>

namespace sockdiag::http {
namespace {

/// Empty for what is no trouble.
std::string_view Complaint(Phase phase) {
  switch (phase) {
    case Phase::kHead:
      return "cut a connection: the head of a request did not arrive in time";
    case Phase::kBody:
      return "cut a connection: the body of a request did not arrive in time";
    case Phase::kSending:
      return "cut a connection: a response was not taken in time";
    case Phase::kHandling:
    case Phase::kIdle:
      break;
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<ConnectionWatchdog>> ConnectionWatchdog::Start(ConnectionTable& table,
                                                                      LimitedLog& log) {
  std::unique_ptr<ConnectionWatchdog> watchdog(new ConnectionWatchdog(table, log));
  try {
    watchdog->thread_ = std::thread(&ConnectionWatchdog::Run, watchdog.get());
  } catch (const std::system_error& error) {
    return FailErrno("cannot start the thread that watches connections", error.code().value());
  }
  return watchdog;
}

ConnectionWatchdog::~ConnectionWatchdog() {
  if (!thread_.joinable()) return;
  table_.EndWatch();
  thread_.join();
}

void ConnectionWatchdog::Run() {
  pthread_setname_np(pthread_self(), "http-watchdog");
  while (table_.WaitUntilDue()) {
    const PhaseSet cut = table_.CutOverdue();
    for (const Phase phase : kPhases) {
      const std::string_view complaint = Complaint(phase);
      if (cut.test(Index(phase)) && !complaint.empty()) log_.Warn(complaint);
    }
  }
}

}  // namespace sockdiag::http
