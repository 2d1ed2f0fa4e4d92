#pragma once

#include <memory>
#include <thread>

#include "base/error.h"
#include "http/connection_table.h"

namespace sockdiag::http {

/// A thread that cuts the connections of a table whose time is over: libmicrohttpd's own timeout is
/// for inactivity, which a client that trickles bytes never shows. It sleeps while there is nothing
/// to look at.
class ConnectionWatchdog {
 public:
  /// `table` must outlive this; one watchdog in its life.
  [[nodiscard]] static Result<std::unique_ptr<ConnectionWatchdog>> Start(ConnectionTable& table);
  ConnectionWatchdog(const ConnectionWatchdog&) = delete;
  ConnectionWatchdog& operator=(const ConnectionWatchdog&) = delete;
  ~ConnectionWatchdog();

 private:
  explicit ConnectionWatchdog(ConnectionTable& table) : table_(table) {}

  void Run();

  ConnectionTable& table_;
  std::thread thread_;
};

}  // namespace sockdiag::http
