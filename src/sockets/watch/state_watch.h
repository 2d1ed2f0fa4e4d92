#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "model/socket_record.h"
#include "sockets/naming/classifier.h"
#include "sockets/naming/known_directions.h"
#include "sockets/source/source_kind.h"
#include "sockets/watch/peak_window.h"
#include "sockets/watch/state_tracker.h"
#include "sockets/watch/watch_options.h"

namespace sockdiag {

/// How many sockets came to a state.
using EnteredSockets = std::map<WatchKey, std::uint64_t>;

/// What the watch knows at one moment.
struct WatchReport {
  /// The newest whole pass; null before there is one.
  std::shared_ptr<const WatchPass> latest;
  /// Sockets that came to a state since StateWatch::MarkCounted().
  EnteredSockets entered;
  std::deque<PeakWindow::Slot> peaks;
};

/// The memory of the watched states, for all who dump them from one source: scrapes and the
/// sampler. Each keeps what it saw to itself until its dump has come to its end, so that any number
/// of them may look at the same time, and none waits for another one's dump. Any thread may use it.
class StateWatch {
 public:
  /// Watches nothing before Configure(). The clock must outlive this.
  explicit StateWatch(const Clock& clock);

  /// One dump's view of the watched sockets. Thrown away without Commit(), the dump has failed.
  class Pass final : public KnownDirections {
   public:
    /// Of a socket in a watched state that is followed.
    [[nodiscard]] std::optional<Direction> Find(const SocketRecord& record) override {
      if (!states_.Contains(record.state)) return std::nullopt;
      return watch_.KnownDirection(record.cookie);
    }
    void Observe(const SocketRecord& record, const Classification& classification) {
      if (!states_.Contains(record.state)) return;
      Add({.cookie = record.cookie,
           .group = classification.group,
           .state = record.state,
           .direction_is_known = classification.is_known,
           .service_port = classification.service_port,
           .owner = classification.owner,
           .least_age_ms = LeastAgeMs(record)});
    }
    /// Of which sockets are wanted.
    [[nodiscard]] StateSet states() const { return states_; }
    /// How long a socket has been in its state, as far as is known: since it was first seen there,
    /// or since its peer was last heard. Nothing of one that is not watched.
    [[nodiscard]] std::optional<Clock::Duration> LeastAge(const SocketRecord& record);
    /// The dump came to its end. When another pass did so since this one began, that one's figures
    /// stand, since what this one saw of a socket may be older. When this throws, for want of
    /// memory, the pass has failed. Two sources do not tell sockets apart in the same way: with the
    /// first pass of another one than before all ages begin anew.
    void Commit(SourceKind source = SourceKind::kNetlink) &&;

   private:
    friend class StateWatch;
    static constexpr std::size_t kPageSightings = 4096;
    /// Reserved, so that memory is touched once, by what is put there.
    using Page = std::vector<Sighting>;

    Pass(StateWatch& watch, std::uint64_t generation);
    [[nodiscard]] static std::uint32_t LeastAgeMs(const SocketRecord& record);
    void Add(const Sighting& sighting);
    [[nodiscard]] const Sighting& At(std::size_t place) const {
      return pages_[place / kPageSightings][place % kPageSightings];
    }

    StateWatch& watch_;
    const std::uint64_t generation_;
    StateSet states_;
    /// So many sightings are kept whatever they are of, and so many more of followed sockets.
    std::size_t limit_ = 0;
    std::size_t followed_ = 0;
    std::uint64_t epoch_ = 0;
    std::size_t size_ = 0;
    std::vector<Page> pages_;
    /// Those that there is no room to follow.
    std::map<WatchKey, std::uint64_t> untracked_;
  };

  /// From now on other options hold; ages, peaks and counters go on. Passes that are under way, and
  /// all of other generations than this one, whose rules are others, do not count.
  void Configure(const WatchOptions& options, std::uint64_t generation) noexcept;

  /// A pass of whoever goes by the rules of this generation; see Configure().
  [[nodiscard]] Pass Begin(std::uint64_t generation) { return {*this, generation}; }

  [[nodiscard]] WatchReport Report();
  /// The sockets that the newest report says came to a state are counted now, and not reported
  /// again.
  void MarkCounted(const WatchReport& report) noexcept;
  [[nodiscard]] StateSet states() const;
  /// How many sockets are followed.
  [[nodiscard]] std::size_t tracked() const;

 private:
  void Take(const Pass& pass, SourceKind source);
  [[nodiscard]] bool Follows(std::uint64_t cookie);
  [[nodiscard]] std::optional<Direction> KnownDirection(std::uint64_t cookie);
  [[nodiscard]] std::optional<Clock::Duration> Age(std::uint64_t cookie, SocketState state);
  /// All of it, or nothing when it throws.
  void Publish(WatchPass pass);

  const Clock& clock_;
  mutable std::mutex mutex_;
  WatchOptions options_;
  std::uint64_t generation_ = 0;
  /// Grows with each whole pass and each change of the options: a pass counts in the one alone in
  /// which it began.
  std::uint64_t epoch_ = 0;
  StateTracker tracker_;
  /// Of the last whole pass.
  SourceKind source_ = SourceKind::kNetlink;
  std::shared_ptr<const WatchPass> latest_;
  EnteredSockets entered_;
  PeakWindow peaks_;
};

}  // namespace sockdiag
