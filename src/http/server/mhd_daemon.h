#pragma once

#include <microhttpd.h>

#include <cstdarg>
#include <memory>
#include <string_view>

#include "base/error.h"
#include "http/access_policy.h"
#include "http/server/acceptor.h"
#include "http/server/connection_table.h"
#include "http/server/mhd_request_callbacks.h"

namespace sockdiag::http {

/// A libmicrohttpd daemon without a listening socket: it gets its connections from Add() and gives
/// each one a thread, so that a handler that blocks holds up nobody else.
class MhdDaemon {
 public:
  /// All must outlive this. `table` learns which connections run, `accept_failures` which do not
  /// get so far. With TLS if `policy`, which may be null, has it now.
  [[nodiscard]] static Result<std::unique_ptr<MhdDaemon>> Start(MhdRequestCallbacks& callbacks,
                                                                ConnectionTable& table,
                                                                AccessPolicy* policy,
                                                                LimitedLog& log,
                                                                AcceptFailureLog& accept_failures);
  MhdDaemon(const MhdDaemon&) = delete;
  MhdDaemon& operator=(const MhdDaemon&) = delete;
  ~MhdDaemon() { Stop(); }

  /// An error when the connection could not be taken; it is closed then. One thread at a time.
  [[nodiscard]] Result<void> Add(AcceptedSocket socket);

  /// Cuts what is still open and waits for every connection's thread: for as long as a handler
  /// runs.
  void Stop();

 private:
  MhdDaemon(MhdRequestCallbacks& callbacks, ConnectionTable& table, AccessPolicy* tls,
            LimitedLog& log, AcceptFailureLog& accept_failures)
      : callbacks_(callbacks),
        table_(table),
        tls_(tls),
        log_(log),
        accept_failures_(accept_failures) {}

  void StartTls(MHD_Connection* connection, void** context) noexcept;
  void OnHandshakeFailure() noexcept;
  /// A line of the library's log.
  void Report(std::string_view line) noexcept;

  static void OnConnection(void* cls, MHD_Connection* connection, void** context,
                           MHD_ConnectionNotificationCode what) noexcept;
  static void OnLog(void* cls, const char* format, va_list arguments) noexcept;

  MhdRequestCallbacks& callbacks_;
  ConnectionTable& table_;
  /// Null: plain HTTP.
  AccessPolicy* const tls_;
  LimitedLog& log_;
  AcceptFailureLog& accept_failures_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace sockdiag::http
