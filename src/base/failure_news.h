#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace sockdiag {

/// What an operator should be told of something that is done again and again: that it begins to
/// fail, that it fails for another reason, that it works again; and once in kReminder for each
/// reason while it goes on failing, or fails and works by turns, so that a broken host does not
/// fill its log. One thread at a time.
class FailureNews {
 public:
  static constexpr std::chrono::minutes kReminder{10};
  /// So many reasons are told within kReminder; more would be no help.
  static constexpr std::size_t kMaxKinds = 8;

  enum class News { kFails, kWorksAgain };
  /// What throws has told nothing, and is asked again.
  using Teller = std::function<void(News)>;

  /// What came of one attempt at `now`: why it failed, or an empty text. Calls `tell` at most once.
  void Note(std::string_view error, Clock::TimePoint now, const Teller& tell);

 private:
  struct Failure {
    /// The error without its digits, which may differ from time to time.
    std::string kind;
    Clock::TimePoint told;
  };

  /// Those of the last kReminder.
  std::vector<Failure> told_;
  /// Whether it was told that it fails, and not yet that it works again.
  bool is_open_ = false;
};

}  // namespace sockdiag
