#pragma once

#include <sys/socket.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "http/listener.h"
#include "http/server/accept_failure_log.h"

namespace sockdiag::http {

/// An accepted connection, nonblocking, with its peer's address.
struct AcceptedSocket {
  UniqueFd fd;
  sockaddr_storage peer{};
  socklen_t peer_size = sizeof(sockaddr_storage);
};

/// A thread that accepts from all listeners and hands each connection to a callback.
class Acceptor {
 public:
  /// Takes a connection, or says why it cannot.
  using Callback = std::function<Result<void>(AcceptedSocket)>;

  /// `callback` runs on the acceptor's thread and must not block. `log` must outlive this.
  [[nodiscard]] static Result<std::unique_ptr<Acceptor>> Start(std::vector<Listener> listeners,
                                                               Callback callback,
                                                               AcceptFailureLog& log);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  ~Acceptor() { Stop(); }

  [[nodiscard]] std::vector<std::string> Addresses() const;

  /// Ends the thread and closes the listeners; nothing is handed on after it returned.
  void Stop();

 private:
  Acceptor(std::vector<Listener> listeners, Callback callback, AcceptFailureLog& log,
           UniqueFd wake_up);

  void Run();
  void AcceptFrom(const Listener& listener);
  void Take(AcceptedSocket accepted);
  /// False when there is nothing more to accept now.
  bool HandleFailure(const Listener& listener, int error_number);
  /// Waits for Stop() alone.
  void Pause();

  std::vector<Listener> listeners_;
  const Callback callback_;
  AcceptFailureLog& log_;
  const UniqueFd wake_up_;
  bool pause_ = false;
  std::thread thread_;
};

}  // namespace sockdiag::http
