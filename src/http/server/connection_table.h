#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/clock.h"

namespace sockdiag::http {

/// What a connection may take its time for. 0: as long as it likes.
struct ConnectionTimeouts {
  /// From the accept, or from the first byte on a kept-alive connection, to the end of a head.
  std::chrono::milliseconds head{5'000};
  /// From the end of the head to the end of the body.
  std::chrono::milliseconds body{5'000};
  /// From the moment a response is ready until the kernel has taken all of it.
  std::chrono::milliseconds send{30'000};
  /// Between two requests.
  std::chrono::milliseconds idle{330'000};
};

/// What a connection is doing. It starts with kHead; while a handler runs there is no deadline.
enum class Phase { kHead, kBody, kHandling, kSending, kIdle };
inline constexpr std::array kPhases{Phase::kHead, Phase::kBody, Phase::kHandling, Phase::kSending,
                                    Phase::kIdle};
/// A bit for each; see Index().
using PhaseSet = std::bitset<kPhases.size()>;
[[nodiscard]] constexpr std::size_t Index(Phase phase) { return static_cast<std::size_t>(phase); }

/// The open connections by file descriptor: the limit of their number, the deadline of each one,
/// and a way to reach them from outside of their threads. Thread-safe.
class ConnectionTable {
 public:
  enum class Admission { kAdded, kAddedInPlaceOfAnother, kRefused };

  /// `max_sending`: so many responses may wait in memory for their readers; one more, and the one
  /// that has been waiting for longest, if longer than a second, is cut. 0: no limit. `clock` must
  /// outlive this; WaitUntilDue() works with SystemClock alone.
  ConnectionTable(std::size_t limit, std::size_t max_sending, const ConnectionTimeouts& timeouts,
                  const Clock& clock)
      : limit_(limit), max_sending_(max_sending), timeouts_(timeouts), clock_(clock) {}

  /// Makes room for an accepted socket. When the limit is reached, a connection is cut for it: the
  /// one that is longest in its first head, whose client has shown no request yet, as soon as it
  /// has started; else the one that has been idle for longest. Without either there is no room.
  [[nodiscard]] Admission TryAdd(int fd);
  /// Its thread is about to run. From here until Remove() the descriptor is certainly this
  /// connection's, so only in between may it be touched from outside. Never throws: it is called
  /// from C code.
  void Start(int fd) noexcept;
  /// Its deadline is that of `phase` from now on. kHead is for a connection that was idle; the
  /// clock of a head under way goes on.
  void Enter(int fd, Phase phase);
  /// Call it before the descriptor is closed.
  void Remove(int fd);

  /// Cuts the connections whose time is over, and says what they were doing. Needs no memory.
  PhaseSet CutOverdue();
  /// Blocks until CutOverdue() has something to look at: while connections are idle, once in a
  /// second; while none is open, never. False after EndWatch().
  [[nodiscard]] bool WaitUntilDue();
  void EndWatch();

  /// Lets every connection, also those that start later, find the end of its input: an idle one
  /// ends at once, a request that has arrived whole is still answered.
  void EndInput();
  void CutAll();
  /// False when some are left after `timeout`.
  [[nodiscard]] bool WaitUntilEmpty(std::chrono::milliseconds timeout);

 private:
  using TimePoint = Clock::TimePoint;

  struct Connection {
    bool started = false;
    /// Its thread is about to find out; it counts no longer.
    bool cut = false;
    /// Whether a request has arrived on it.
    bool used = false;
    Phase phase = Phase::kHead;
    TimePoint since{};
    TimePoint deadline = TimePoint::max();
    /// When it became idle.
    std::optional<std::uint64_t> received;
  };

  void StartPhase(int fd, Connection& connection, Phase phase);
  [[nodiscard]] TimePoint DeadlineOf(const Connection& connection) const;
  /// CutOverdue() has something to look at then.
  void ExpectDue(TimePoint due);
  /// When CutOverdue() has to look at it.
  [[nodiscard]] TimePoint DueTime(const Connection& connection, TimePoint now) const;
  [[nodiscard]] std::chrono::milliseconds IdleCheckInterval() const;
  /// Those that libmicrohttpd must have given up before they started, which it does not report.
  void ForgetNeverStarted(TimePoint now);
  /// A head began unnoticed on an idle connection: gives it the rest of its time.
  void NoticeHead(int fd, Connection& connection, TimePoint now);
  void Cut(int fd, Connection& connection);
  /// The one to go first among those for which `may_go(const Connection&)`; null when there is
  /// none.
  template <typename Predicate>
  [[nodiscard]] std::pair<const int, Connection>* Longest(Predicate&& may_go);
  [[nodiscard]] bool CutUnused();
  void CutSlowReader();
  [[nodiscard]] bool CutLongestIdle();

  const std::size_t limit_;
  const std::size_t max_sending_;
  const ConnectionTimeouts timeouts_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable emptied_;
  std::condition_variable due_changed_;
  std::unordered_map<int, Connection> connections_;
  std::size_t cut_ = 0;
  bool input_ended_ = false;
  bool watch_ended_ = false;
  TimePoint next_due_ = TimePoint::max();
};

}  // namespace sockdiag::http
