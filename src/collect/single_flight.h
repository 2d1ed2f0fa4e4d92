#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <utility>

namespace sockdiag {

/// Shares one piece of work among all who ask for it while it is under way; who asks later starts a
/// new one. Any thread may call it.
template <typename T>
class SingleFlight {
 public:
  using Outcome = std::shared_ptr<const T>;

  explicit SingleFlight(std::function<T()> work) : work_(std::move(work)) {}

  /// Blocks until the work is done. What the work throws, everybody who waits for it gets.
  [[nodiscard]] Outcome Get() {
    std::promise<Outcome> promise;
    std::unique_lock lock(mutex_);
    if (under_way_.valid()) {
      const std::shared_future<Outcome> shared = under_way_;
      ++waiting_;
      lock.unlock();
      return shared.get();
    }
    const std::shared_future<Outcome> own = promise.get_future().share();
    under_way_ = own;
    lock.unlock();
    Run(promise);
    return own.get();
  }

  /// How many wait for the work that another caller does right now.
  [[nodiscard]] std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

 private:
  void Run(std::promise<Outcome>& promise) {
    try {
      Outcome outcome = std::make_shared<const T>(work_());
      Land();
      promise.set_value(std::move(outcome));
    } catch (...) {
      Land();
      promise.set_exception(std::current_exception());
    }
  }

  /// Before the outcome is given out: whoever has it and asks again must get newer work.
  void Land() {
    const std::lock_guard lock(mutex_);
    under_way_ = {};
    waiting_ = 0;
  }

  std::function<T()> work_;
  mutable std::mutex mutex_;
  std::shared_future<Outcome> under_way_;
  std::size_t waiting_ = 0;
};

}  // namespace sockdiag
