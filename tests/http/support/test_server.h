#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/server.h"

namespace sockdiag::http {

/// A door that handlers wait at, and that says how many are waiting.
class Gate {
 public:
  void Wait();
  void Open();
  /// False when not so many arrive within ten seconds; the door is open then.
  [[nodiscard]] bool WaitForArrivals(int count);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int arrived_ = 0;
};

/// What `/big` answers: compressible text of a typical size.
[[nodiscard]] const std::string& BigBody();

/// Routes: /metrics (limited, small), /big (limited, compressible), /blocked (limited, waits at the
/// gate), /-/healthy, /throw, and /-/reload for POST and PUT.
[[nodiscard]] Router TestRouter(Gate& gate);

/// The listeners of addresses; throws when they cannot be had.
[[nodiscard]] std::vector<Listener> Listeners(const std::vector<std::string>& addresses);

/// Starts a server or throws. `log` must outlive it.
[[nodiscard]] std::unique_ptr<Server> StartServer(Gate& gate,
                                                  const std::vector<std::string>& addresses,
                                                  const ServerOptions& options, const Log& log);
/// The same, and nobody reads the log.
[[nodiscard]] std::unique_ptr<Server> StartServer(Gate& gate,
                                                  const std::vector<std::string>& addresses,
                                                  const ServerOptions& options = {});

/// A directory of its own, removed with its content.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();
  [[nodiscard]] std::string Path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace sockdiag::http
