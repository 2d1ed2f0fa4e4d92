#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/cpu_time.h"
#include "base/error.h"
#include "metrics/metric.h"
#include "metrics/samples.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/naming/listener_memory.h"
#include "sockets/naming/owners.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/source/dump_errors.h"
#include "sockets/source/socket_source.h"
#include "sockets/watch/state_watch.h"
#include "sockets/watch/watch_options.h"

namespace sockdiag {

/// What a sampler works with; all must outlive it.
struct SamplerEnvironment {
  /// The sampler's own.
  SocketSource& source;
  const ServiceMatcher& matcher;
  StateWatch& watch;
  /// Of the watched protocol.
  ListenerMemory& listeners;
  /// Of the matcher's rules; see StateWatch::Configure().
  std::uint64_t generation;
  DumpErrors& errors;
  EphemeralPortsReader ephemeral_ports;
  /// Null where they are not looked for.
  Owners* owners = nullptr;
  CpuClock cpu_clock;
  /// Gets the error of each sample, or an empty text when it worked; in the sampler's thread.
  std::function<void(const std::string& error)> listener;
  const Clock& clock;
};

/// Dumps the watched states between scrapes, in a thread of its own. It measures what that costs in
/// CPU, and waits longer when the budget asks for it. A sample that fails is counted and the next
/// one tried at its time.
class Sampler {
 public:
  static constexpr Metric kSamplingInterval{
      "sockdiag_sampling_interval_seconds",
      kGauge,
      {},
      "Time between two samples in force; longer than configured when the CPU budget asks for it."};
  static constexpr std::array kMetrics{&kSamplingInterval};

  Sampler(const SamplerOptions& options, SamplerEnvironment environment);
  /// Waits for a sample that is under way.
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  void Start();
  /// False when a sample still runs after `grace`: then end the process without this object's end.
  [[nodiscard]] bool Stop(std::chrono::milliseconds grace);

  /// The budget stretches the interval no further than this.
  static constexpr std::chrono::hours kLongestInterval{24};

  /// One sample, in the calling thread.
  [[nodiscard]] Result<void> SampleOnce();
  /// The time from one sample to the next, stretched as the budget asks for.
  [[nodiscard]] std::chrono::milliseconds interval() const { return interval_.load(); }
  void Show(Samples& samples) const;

  /// When the sample under way began; nothing when there is none.
  [[nodiscard]] std::optional<Clock::TimePoint> sampling_since() const;
  /// False when the sample that is under way now still is after `grace`.
  [[nodiscard]] bool WaitForSample(std::chrono::milliseconds grace) const;

 private:
  void Run();
  [[nodiscard]] Result<void> Dump();

  const SamplerOptions options_;
  const SamplerEnvironment environment_;
  std::atomic<std::chrono::milliseconds> interval_;
  mutable std::mutex mutex_;
  std::optional<Clock::TimePoint> sampling_since_;
  mutable std::condition_variable sample_ended_;
  std::condition_variable stop_asked_;
  bool stop_ = false;
  std::future<void> thread_;
};

}  // namespace sockdiag
