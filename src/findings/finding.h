#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"

namespace sockdiag {

/// Something that is wrong, said to a person.
struct Finding {
  enum class Urgency { kLookAt, kUrgent };

  Urgency urgency = Urgency::kLookAt;
  /// One of a few words: `full`, `leak`, `hang`, `no answer`, `lossy`, `unfinished`, `ports`,
  /// `drops`, `limit`.
  std::string cause;
  /// What of, in a few words: `Accept queue of checkout, port 8080`.
  std::string title;
  /// The figure that matters, and what it is to be seen beside; may be empty.
  std::string figure;
  std::string beside;
  /// Sentences: what it means, since when, whose, how fast it grows. Without an address.
  std::string text;
  /// The sockets that it is about, as a Query; empty of what no query shows.
  std::string query;
  /// The section of docs/runbooks.md: an alert's name.
  std::string runbook;
};

/// A moment by both clocks: what is remembered goes by the one, what people read by the other.
struct Moment {
  Clock::TimePoint steady;
  std::chrono::system_clock::time_point wall;

  /// `10:05:22 UTC`, with the day when it was not within the last 12 hours.
  [[nodiscard]] std::string TextOf(Clock::TimePoint time) const;
};

/// `15,653`.
[[nodiscard]] std::string CountText(std::uint64_t count);
/// `one socket`, `3 sockets`.
[[nodiscard]] std::string SocketsText(std::uint64_t count);

}  // namespace sockdiag
