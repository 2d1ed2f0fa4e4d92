#include "http/connection_watchdog.h"

#include <pthread.h>

#include <system_error>

namespace sockdiag::http {

Result<std::unique_ptr<ConnectionWatchdog>> ConnectionWatchdog::Start(ConnectionTable& table) {
  std::unique_ptr<ConnectionWatchdog> watchdog(new ConnectionWatchdog(table));
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
  while (table_.WaitUntilDue()) table_.CutOverdue();
}

}  // namespace sockdiag::http
