#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "http/listener.h"
#include "http/router.h"
#include "http/warning_log.h"

namespace sockdiag::http {

class LiveWebAccess;

struct ServerOptions {
  /// Requests of limited routes being served at once; above it 503. As many responses may wait for
  /// slow readers. 0: no limit.
  unsigned max_requests = 40;
  /// Open connections. One more takes the place of one that has shown no request yet, or else of
  /// the one that has been idle for longest, which is reset; without either it is reset itself.
  unsigned max_connections = 512;
  /// What takes longer is reset. 0: no limit.
  /// From the accept, or from the first byte on a kept-alive connection, to the end of a request's
  /// head.
  std::chrono::milliseconds head_timeout{5'000};
  /// From the end of the head to the end of the body.
  std::chrono::milliseconds body_timeout{5'000};
  /// From the moment a response is ready until the client has taken it. There is no limit for the
  /// handler.
  std::chrono::milliseconds send_timeout{30'000};
  /// Between two requests. Longer than Prometheus keeps idle connections (5 min), so that the
  /// client closes first and finds no reset. On unix sockets there is one request
  /// to a connection.
  std::chrono::milliseconds idle_timeout{330'000};
  /// Who may connect, and how; must outlive the server. Null: plain HTTP, open to all. Whether
  /// there is TLS is settled at the start.
  LiveWebAccess* web_access = nullptr;
  /// Gets warnings, at most a few in a minute. May be null.
  LogCallback warn;
};

/// An HTTP/1.1 server with several listeners and a thread for each connection: a handler that
/// blocks holds up its own connection only. Its threads take no signals.
class Server {
 public:
  static constexpr std::chrono::milliseconds kDefaultGrace{1500};

  /// Serves on the listeners; see OpenListeners() and AdoptListener().
  [[nodiscard]] static Result<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                             std::vector<Listener> listeners,
                                                             Router router);

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// As Stop(), and then waits for handlers that still run, without limit.
  ~Server();

  /// What it listens on, with the ports that the kernel chose: "127.0.0.1:10204", "[::]:10204",
  /// "unix:/path".
  [[nodiscard]] const std::vector<std::string>& BoundAddresses() const { return addresses_; }

  /// Accepts no more, answers the requests that have arrived for up to `grace`, then cuts what is
  /// left. False when a handler still runs a quarter of a second later: then either call it again,
  /// or end the process with _exit(). One thread at a time.
  [[nodiscard]] bool Stop(std::chrono::milliseconds grace = kDefaultGrace);

 private:
  struct Core;

  explicit Server(std::unique_ptr<Core> core, std::vector<std::string> addresses);

  std::unique_ptr<Core> core_;
  std::vector<std::string> addresses_;
};

}  // namespace sockdiag::http
