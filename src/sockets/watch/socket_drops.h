#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sockets/source/source_kind.h"
#include "sockets/watch/counted.h"

namespace sockdiag {

/// What sockets drop from one look at them to the next, added up by `Group`, such as their protocol
/// or port. The kernel counts for each socket since it was made, modulo 2^32, and forgets that with
/// the socket. A lower bound: what a socket drops after the last look that sees it is in no look.
/// Nor is what was dropped before the first look, as nobody knows when. Remembers the sockets that
/// have dropped something, and no others. It belongs to the daemon, as a counter must not go back
/// at a reload. Any thread may use it.
template <typename Group>
class SocketDrops {
 public:
  using Sums = std::map<Group, std::uint64_t>;

  /// One look at all sockets. A look that did not see all of them must not be kept.
  class Look {
   public:
    /// `socket` tells it from all others, also from those that are no more. One that is added twice
    /// counts once.
    void Add(std::uint64_t socket, std::uint32_t drops, const Group& group) {
      if (drops != 0) seen_.push_back({socket, drops, group});
    }

   private:
    friend class SocketDrops;
    struct Seen {
      std::uint64_t socket;
      std::uint32_t drops;
      Group group;
    };
    std::vector<Seen> seen_;
  };

  /// Adds what was dropped since the look before. Two sources do not tell sockets apart in the same
  /// way: the first look at another one than before is as the very first. When it throws, for want
  /// of memory, nothing has changed.
  void Keep(const Look& look, SourceKind source = SourceKind::kNetlink);

  /// What was dropped and not taken off.
  [[nodiscard]] Sums sums() const {
    const std::lock_guard lock(mutex_);
    return sums_;
  }
  [[nodiscard]] std::uint64_t Sum(const Group& group) const {
    const std::lock_guard lock(mutex_);
    const auto sum = sums_.find(group);
    return sum == sums_.end() ? 0 : sum->second;
  }
  void TakeOff(const Sums& counted) noexcept {
    const std::lock_guard lock(mutex_);
    TakeCounted(counted, sums_);
  }

 private:
  struct Known {
    std::uint32_t drops;
    bool was_missed;
  };

  mutable std::mutex mutex_;
  /// By socket; nothing before the first look.
  std::optional<std::unordered_map<std::uint64_t, Known>> known_;
  /// Of the last look.
  SourceKind source_ = SourceKind::kNetlink;
  Sums sums_;
};

template <typename Group>
void SocketDrops<Group>::Keep(const Look& look, SourceKind source) {
  const std::lock_guard lock(mutex_);
  const auto* before_look = known_ && source == source_ ? &*known_ : nullptr;
  std::unordered_map<std::uint64_t, Known> known;
  Sums sums = sums_;
  for (const auto& [socket, drops, group] : look.seen_) {
    const auto [place, is_first_time] = known.try_emplace(socket, Known{drops, false});
    if (before_look == nullptr || !is_first_time) continue;
    const auto before = before_look->find(socket);
    const bool is_new = before == before_look->end();
    const std::uint32_t difference = is_new ? drops : drops - before->second.drops;
    // At a reload two looks may run side by side, and the earlier one be kept last.
    const bool is_older = !is_new && static_cast<std::int32_t>(difference) < 0;
    if (is_older) place->second.drops = before->second.drops;
    if (!is_older && difference != 0) sums[group] += difference;
  }
  if (before_look != nullptr) {
    // The kernel's lists go on by position, so one that closes meanwhile may hide another one.
    for (const auto& [socket, before] : *before_look) {
      if (!before.was_missed) known.try_emplace(socket, Known{before.drops, true});
    }
  }
  known_ = std::move(known);
  source_ = source;
  sums_.swap(sums);
}

}  // namespace sockdiag
