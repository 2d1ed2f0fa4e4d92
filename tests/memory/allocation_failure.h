#pragma once

#include <cstdint>
#include <new>
#include <utility>

namespace sockdiag::testing {

/// As long as it lives, one allocation by operator new in the calling thread fails: the n-th, from
/// 1. One at a time.
class AllocationFailure {
 public:
  explicit AllocationFailure(std::uint64_t nth);
  AllocationFailure(const AllocationFailure&) = delete;
  AllocationFailure& operator=(const AllocationFailure&) = delete;
  ~AllocationFailure();

  /// Whether there were that many.
  [[nodiscard]] static bool HasHappened();
};

/// Calls `attempt()` with its first allocation failing, then with its second, and so on until there
/// was none to fail; after each that failed `check(nth, thrown)`, `thrown` being whether
/// std::bad_alloc came out. Any other exception goes on to the caller. Returns how many failed.
template <typename Attempt, typename Check>
std::uint64_t FailEachAllocation(Attempt&& attempt, Check&& check) {
  for (std::uint64_t nth = 1;; ++nth) {
    bool thrown = false;
    bool happened = false;
    {
      const AllocationFailure failure(nth);
      try {
        attempt();
      } catch (const std::bad_alloc&) {
        thrown = true;
      }
      happened = AllocationFailure::HasHappened();
    }
    if (!happened) return nth - 1;
    check(nth, thrown);
  }
}

}  // namespace sockdiag::testing
