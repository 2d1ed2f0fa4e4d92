#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <unordered_map>

namespace sockdiag::http {

/// The open connections by file descriptor: the limit of their number, and a way to reach them from
/// outside of their threads. A deadline for slow clients would keep its times here. Thread-safe.
class ConnectionTable {
 public:
  explicit ConnectionTable(std::size_t limit) : limit_(limit) {}

  /// Makes room for an accepted socket; false when the limit is reached.
  [[nodiscard]] bool TryAdd(int fd);
  /// Its thread is about to run. From here until Remove() the descriptor is certainly this
  /// connection's, so only in between may it be touched from outside.
  void Start(int fd);
  /// Call it before the descriptor is closed.
  void Remove(int fd);

  /// Lets every connection, also those that start later, find the end of its input: an idle one
  /// ends at once, a request that has arrived whole is still answered.
  void EndInput();
  /// False when some are left after `timeout`.
  [[nodiscard]] bool WaitUntilEmpty(std::chrono::milliseconds timeout);

 private:
  struct Connection {
    bool started = false;
  };

  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable emptied_;
  std::unordered_map<int, Connection> connections_;
  bool input_ended_ = false;
};

}  // namespace sockdiag::http
