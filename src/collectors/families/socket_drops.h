#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

namespace sockdiag {

/// What sockets have dropped since the program began, by a group of them, such as a protocol. The
/// kernel counts by socket and forgets that with the socket; here it is added up. It belongs to the
/// daemon, as a counter must not go back at a reload. Any thread may use it.
class SocketDrops {
 public:
  /// One look at all sockets. A look that did not see all of them must not be kept.
  class Look {
   public:
    /// `socket` tells it from all others of its group, also from those that are no more; `drops` is
    /// modulo 2^32. One that is added twice counts once.
    void Add(std::uint32_t group, std::uint64_t socket, std::uint32_t drops) {
      if (drops != 0) drops_.emplace(std::pair(group, socket), drops);
    }

   private:
    friend class SocketDrops;
    std::uint64_t number_ = 0;
    /// Of sockets that have dropped something: few, however many there are.
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> drops_;
  };

  [[nodiscard]] Look Begin() {
    const std::lock_guard lock(mutex_);
    Look look;
    look.number_ = ++begun_;
    return look;
  }

  /// Adds what was dropped since the look that was kept before. One that began before that one is
  /// left out: at a reload two of them may run side by side.
  void Keep(Look look) {
    const std::lock_guard lock(mutex_);
    if (look.number_ <= last_.number_) return;
    for (const auto& [socket, drops] : look.drops_) {
      const auto before = last_.drops_.find(socket);
      const std::uint32_t known = before == last_.drops_.end() ? 0 : before->second;
      totals_[socket.first] += static_cast<std::uint32_t>(drops - known);
    }
    last_ = std::move(look);
  }

  [[nodiscard]] std::uint64_t Total(std::uint32_t group) const {
    const std::lock_guard lock(mutex_);
    const auto total = totals_.find(group);
    return total == totals_.end() ? 0 : total->second;
  }

 private:
  mutable std::mutex mutex_;
  std::uint64_t begun_ = 0;
  Look last_;
  /// By group.
  std::map<std::uint32_t, std::uint64_t> totals_;
};

}  // namespace sockdiag
