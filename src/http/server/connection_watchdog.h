#pragma once

#include <memory>
#include <thread>

#include "base/error.h"
#include "base/limited_log.h"
#include "http/server/connection_table.h"

namespace sockdiag::http {

/// A thread that cuts the connections of a table whose time is over: libmicrohttpd's own timeout is
/// for inactivity, which a client that trickles bytes never shows. It sleeps while there is nothing
/// to look at.
class ConnectionWatchdog {
 public:
  /// Both must outlive this; a table has one watchdog in its life. `log` gets what is cut, but for
  /// idle connections.
  [[nodiscard]] static Result<std::unique_ptr<ConnectionWatchdog>> Start(ConnectionTable& table,
                                                                         LimitedLog& log);
  ConnectionWatchdog(const ConnectionWatchdog&) = delete;
  ConnectionWatchdog& operator=(const ConnectionWatchdog&) = delete;
  ~ConnectionWatchdog();

 private:
  ConnectionWatchdog(ConnectionTable& table, LimitedLog& log) : table_(table), log_(log) {}

  void Run();

  ConnectionTable& table_;
  LimitedLog& log_;
  std::thread thread_;
};

}  // namespace sockdiag::http
