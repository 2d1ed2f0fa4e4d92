#include "http/connection_table.h"

#include <sys/socket.h>

namespace sockdiag::http {

bool ConnectionTable::TryAdd(int fd) {
  const std::lock_guard lock(mutex_);
  // A connection that libmicrohttpd gave up before it started is never reported. Its entry lasts
  // until the kernel gives the same number, always the lowest one free, to another connection.
  if (connections_.contains(fd)) return true;
  if (connections_.size() >= limit_) return false;
  connections_.emplace(fd, Connection{});
  return true;
}

void ConnectionTable::Start(int fd) {
  const std::lock_guard lock(mutex_);
  connections_[fd].started = true;
  if (input_ended_) shutdown(fd, SHUT_RD);
}

void ConnectionTable::Remove(int fd) {
  const std::lock_guard lock(mutex_);
  connections_.erase(fd);
  if (connections_.empty()) emptied_.notify_all();
}

void ConnectionTable::EndInput() {
  const std::lock_guard lock(mutex_);
  input_ended_ = true;
  for (const auto& [fd, connection] : connections_) {
    if (connection.started) shutdown(fd, SHUT_RD);
  }
}

bool ConnectionTable::WaitUntilEmpty(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, timeout, [this] { return connections_.empty(); });
}

}  // namespace sockdiag::http
