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
  /// Requests of limited routes being served at once, until their response is sent; above it 503.
  /// 0: no limit.
  unsigned max_requests = 40;
  /// Open connections; one more is reset at once.
  unsigned max_connections = 512;
  /// Longer than Prometheus keeps idle connections (5 min), so that the client closes first and no
  /// TIME_WAIT socket arises on this host, whose sockets are measured. 0: never.
  std::chrono::seconds idle_timeout{330};
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
  static constexpr std::chrono::milliseconds kDefaultGrace{2000};

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
  /// left. False when a handler still runs half a second later: then either call it again, or end
  /// the process with _exit(). One thread at a time.
  [[nodiscard]] bool Stop(std::chrono::milliseconds grace = kDefaultGrace);

 private:
  struct Core;

  explicit Server(std::unique_ptr<Core> core, std::vector<std::string> addresses);

  std::unique_ptr<Core> core_;
  std::vector<std::string> addresses_;
};

}  // namespace sockdiag::http
