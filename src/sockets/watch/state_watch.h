#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "sockets/watch/peak_window.h"
#include "sockets/watch/state_tracker.h"
#include "sockets/watch/watch_options.h"

namespace sockdiag {

/// What the watch knows at one moment.
struct WatchReport {
  /// The newest whole pass; absent before there is one, and when it is older than kStaleAfter.
  std::optional<WatchPass> latest;
  /// Sockets that came to a state since StateWatch::Take().
  std::map<WatchKey, std::uint64_t> entered;
  std::deque<PeakWindow::Slot> peaks;
};

/// The state tracker for all who dump the watched states: scrapes and the sampler. One of them
/// passes at a time; who finds a pass under way goes without, so nobody ever waits for another
/// one's dump. Any thread may use it.
class StateWatch {
 public:
  StateWatch(const WatchOptions& options, const Clock& clock);

  /// The right to pass over the watched sockets; without Commit() the pass has failed.
  class Pass {
   public:
    Pass(Pass&& other) noexcept : watch_(std::exchange(other.watch_, nullptr)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass();

    void Observe(const SocketRecord& record, const Classification& classification) {
      watch_->tracker_.Observe(record, classification);
    }
    /// The dump came to its end. When it throws, for want of memory, the pass has failed.
    void Commit() &&;

   private:
    friend class StateWatch;
    explicit Pass(StateWatch& watch) : watch_(&watch) {}
    StateWatch* watch_;
  };

  /// So old a pass becomes only when one that is under way hangs, since a scrape makes its own.
  static constexpr std::chrono::minutes kStaleAfter{5};

  /// Nothing when another pass is under way.
  [[nodiscard]] std::optional<Pass> TryBegin();
  /// The same, but waits for the other pass to end, for up to `grace`.
  [[nodiscard]] std::optional<Pass> Begin(std::chrono::milliseconds grace);

  /// Goes on from what another watch knows. `pass` is that watch's: nobody passes over it any more
  /// after that, and what it still reports is what it knew. When it throws, for want of memory,
  /// that watch is as it was.
  void TakeOver(StateWatch& before, Pass pass, const ServiceTranslation& translation);

  [[nodiscard]] WatchReport Report();
  /// The sockets that the newest report says came to a state are counted now, and not reported
  /// again.
  void Take(const WatchReport& report) noexcept;
  [[nodiscard]] const StateSet& states() const { return options_.states; }

 private:
  /// All of it, or nothing when it throws.
  void Publish(WatchPass pass);
  void End() noexcept;

  const WatchOptions options_;
  const Clock& clock_;
  /// Used by the owner of the pass alone.
  StateTracker tracker_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool under_way_ = false;
  std::optional<WatchPass> latest_;
  std::map<WatchKey, std::uint64_t> entered_;
  PeakWindow peaks_;
};

}  // namespace sockdiag
