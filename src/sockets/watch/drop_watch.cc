#include "sockets/watch/drop_watch.h"

#include "sockets/watch/counted.h"

namespace sockdiag {

Drops DropWatch::Uncounted() const {
  const std::lock_guard lock(mutex_);
  return uncounted_;
}

void DropWatch::MarkCounted(const Drops& counted) noexcept {
  const std::lock_guard lock(mutex_);
  TakeCounted(counted, uncounted_);
}

void DropWatch::Take(const Pass& pass, SourceKind source) {
  const std::lock_guard lock(mutex_);
  std::unordered_map<std::uint64_t, std::uint32_t> known;
  Drops uncounted = uncounted_;
  for (const auto& [cookie, drops, key] : pass.seen_) {
    const bool is_first_time = known.emplace(cookie, drops).second;
    if (!known_ || !is_first_time || source != source_) continue;
    const auto before = known_->find(cookie);
    // The kernel's counter has 32 bits, and begins anew beyond them.
    const std::uint32_t difference = before == known_->end() ? drops : drops - before->second;
    if (difference != 0) uncounted[key] += difference;
  }
  known_ = std::move(known);
  source_ = source;
  uncounted_.swap(uncounted);
}

}  // namespace sockdiag
