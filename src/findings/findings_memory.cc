#include "findings/findings_memory.h"

#include "findings/findings.h"
#include "findings/host_figures.h"

namespace sockdiag {

void FindingsMemory::Note(const Samples& samples) {
  const std::lock_guard lock(mutex_);
  const Clock::TimePoint now = clock_.Now();
  if (last_note_ && now - *last_note_ < FigureHistory::kStep) return;
  const HostFigures figures = HostFiguresOf(samples);
  // That of which nothing is known did not go away.
  if (!figures.knows_tcp) return;
  history_.Add(FiguresToRemember(figures), now);
  last_note_ = now;
  if (!first_note_) first_note_ = now;
}

WhatIsWrong FindingsMemory::Find(const Samples& samples) {
  const HostFigures figures = HostFiguresOf(samples);
  const std::lock_guard lock(mutex_);
  const Clock::TimePoint now = clock_.Now();
  WhatIsWrong wrong;
  wrong.is_collected = figures.collects_tcp;
  wrong.is_known = figures.knows_tcp;
  wrong.findings = FindWhatIsWrong({figures, history_, {now, wall_clock_()}});
  if (first_note_) {
    wrong.watched_for = std::chrono::duration_cast<std::chrono::seconds>(now - *first_note_);
  }
  return wrong;
}

}  // namespace sockdiag
