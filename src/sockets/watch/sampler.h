#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/source/dump_errors.h"
#include "sockets/source/socket_source.h"
#include "sockets/watch/state_watch.h"

namespace sockdiag {

/// How often to sample, and what that may cost.
struct SamplerOptions {
  /// 0: never.
  std::chrono::milliseconds interval = std::chrono::seconds(5);
  /// Share of one core.
  double cpu_budget = 0.02;
};

/// Dumps the watched states between scrapes, in a thread of its own. It measures what that costs in
/// CPU, and waits longer when the budget asks for it. A sample that fails is counted and the next
/// one tried at its time.
class Sampler {
 public:
  /// CPU time of the calling thread so far.
  using CpuClock = std::function<std::chrono::nanoseconds()>;
  /// Gets the error of each sample that was taken, or an empty text when it worked; in the
  /// sampler's thread.
  using Listener = std::function<void(const std::string& error)>;

  /// `source` is the sampler's own; all references must outlive it.
  Sampler(const SamplerOptions& options, SocketSource& source, const ServiceMatcher& matcher,
          StateWatch& watch, DumpErrors& errors, EphemeralPortsReader ephemeral_ports,
          CpuClock cpu_clock, Listener listener, const Clock& clock);
  /// Waits for a sample that is under way.
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  void Start();
  /// False when a sample still runs after `grace`: then end the process without this object's end.
  [[nodiscard]] bool Stop(std::chrono::milliseconds grace);

  /// However small the budget is.
  static constexpr std::chrono::hours kLongestInterval{24};

  enum class Turn { kTaken, kSkipped };
  /// One sample, in the calling thread. It skips its turn when a scrape looks at the same time.
  [[nodiscard]] Result<Turn> SampleOnce();
  /// The time from one sample to the next, stretched as the budget asks for.
  [[nodiscard]] std::chrono::milliseconds interval() const { return interval_.load(); }

  /// When the sample under way began; nothing when there is none.
  [[nodiscard]] std::optional<Clock::TimePoint> sampling_since() const;

  /// CLOCK_THREAD_CPUTIME_ID.
  [[nodiscard]] static std::chrono::nanoseconds ThreadCpuTime();

 private:
  void Run();
  [[nodiscard]] Result<Turn> Dump(StateWatch::Pass pass);
  /// SampleOnce(), with what it throws as an error; nothing when it skipped its turn.
  [[nodiscard]] std::optional<std::string> TakeTurn();
  void TakeTurnAndTell() noexcept;

  const SamplerOptions options_;
  SocketSource& source_;
  const ServiceMatcher& matcher_;
  StateWatch& watch_;
  DumpErrors& errors_;
  EphemeralPortsReader ephemeral_ports_;
  CpuClock cpu_clock_;
  Listener listener_;
  std::atomic<std::chrono::milliseconds> interval_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::optional<Clock::TimePoint> sampling_since_;
  std::condition_variable stop_asked_;
  bool stop_ = false;
  std::future<void> thread_;
};

}  // namespace sockdiag
