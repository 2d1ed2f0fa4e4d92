#pragma once

#include <chrono>
#include <mutex>

#include "app/self_samples.h"

namespace sockdiag {

/// How the last reload went, for the metrics. Any thread may use it.
class ReloadRecord {
 public:
  /// The configuration of the start counts as loaded now.
  ReloadRecord() { NoteSuccess(); }

  void NoteSuccess() {
    const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
    const std::lock_guard lock(mutex_);
    status_ = {true, now.count()};
  }
  void NoteFailure() {
    const std::lock_guard lock(mutex_);
    status_.successful = false;
  }
  [[nodiscard]] ReloadStatus status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  mutable std::mutex mutex_;
  ReloadStatus status_;
};

}  // namespace sockdiag
