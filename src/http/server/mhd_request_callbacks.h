#pragma once

#include <microhttpd.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/limited_log.h"
#include "http/access_policy.h"
#include "http/dispatcher.h"
#include "http/request_target.h"
#include "http/server/accept_failure_log.h"
#include "http/server/connection_table.h"

namespace sockdiag::http {

/// The part of the server that libmicrohttpd calls for each request: collects what a Request needs,
/// drops bodies, hands over to the Dispatcher and queues its Response.
class MhdRequestCallbacks {
 public:
  /// All must outlive this. `table` learns what each connection is doing, `accept_failures` which
  /// ones have got their thread; `policy`, which may be null, adds headers to every response.
  MhdRequestCallbacks(Dispatcher& dispatcher, ConnectionTable& table, AccessPolicy* policy,
                      LimitedLog& log, AcceptFailureLog& accept_failures)
      : dispatcher_(dispatcher),
        table_(table),
        policy_(policy),
        log_(log),
        accept_failures_(accept_failures) {}

  /// From now on every response closes its connection.
  void CloseConnections() { closing_ = true; }

  /// The `cls` of these is a pointer to an MhdRequestCallbacks; see microhttpd.h for when each
  /// comes: OnRequestLine once for a request, OnCompleted at most once, on the connection's thread.
  static void* OnRequestLine(void* cls, const char* target, MHD_Connection* connection) noexcept;
  static MHD_Result OnRequest(void* cls, MHD_Connection* connection, const char* path,
                              const char* method, const char* version, const char* body,
                              std::size_t* body_size, void** pending) noexcept;
  static void OnCompleted(void* cls, MHD_Connection* connection, void** pending,
                          MHD_RequestTerminationCode how) noexcept;
  /// At the end of a connection: 0.9.75 reports no completion of a request whose query does not fit
  /// its memory.
  void Forget(MHD_Connection* connection) noexcept;

 private:
  /// One request, from its first line until its response is sent.
  struct PendingRequest {
    RequestTarget target;
    Clock::TimePoint received{};
    bool is_head_seen = false;
    std::size_t body_bytes = 0;
  };

  MHD_Result TakeHead(MHD_Connection* connection, const PendingRequest& pending,
                      const Request& request, std::string_view version);
  MHD_Result Answer(MHD_Connection* connection, const Request& request);
  MHD_Result Queue(MHD_Connection* connection, Response response);

  Dispatcher& dispatcher_;
  ConnectionTable& table_;
  AccessPolicy* const policy_;
  LimitedLog& log_;
  AcceptFailureLog& accept_failures_;
  std::atomic<bool> closing_ = false;
  std::mutex mutex_;
  /// Requests under way.
  std::unordered_map<MHD_Connection*, std::unique_ptr<PendingRequest>> pending_;
};

}  // namespace sockdiag::http
