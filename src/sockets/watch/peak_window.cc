#include "sockets/watch/peak_window.h"

#include <algorithm>
#include <utility>

namespace sockdiag {

void PeakWindow::Add(const WatchPass& pass) {
  if (window_ == Clock::Duration::zero()) return slots_.clear();
  const bool is_new = slots_.empty() || pass.at - slots_.back().first >= window_ / kSlots;
  Slot slot = is_new ? Slot{pass.at, pass.at, {}} : slots_.back();
  slot.last = pass.at;
  for (const auto& [key, figures] : pass.figures) {
    std::uint64_t& sockets = slot.sockets[key];
    sockets = std::max(sockets, figures.sockets);
  }
  if (is_new) {
    slots_.push_back(std::move(slot));
  } else {
    slots_.back() = std::move(slot);
  }
  Forget(pass.at);
}

void PeakWindow::Forget(Clock::TimePoint now) {
  while (slots_.size() > 1 && now - slots_.front().last > window_) slots_.pop_front();
}

std::deque<PeakWindow::Slot> PeakWindow::Slots(Clock::TimePoint now) const {
  PeakWindow recent = *this;
  recent.Forget(now);
  return std::move(recent.slots_);
}

}  // namespace sockdiag
