#include "collectors/namespaces.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sockdiag {
namespace {

using Outcome = KnownNamespace::Outcome;

constexpr std::array<std::pair<Outcome, std::string_view>, 4> kOutcomes{
    {{Outcome::kDumped, "dumped"},
     {Outcome::kIdle, "idle"},
     {Outcome::kStale, "stale"},
     {Outcome::kRefused, "refused"}}};

/// What a step costs in CPU time: of this thread, in which the kernel walks its tables, and of the
/// helper. Spent when the step ends.
class Cost {
 public:
  explicit Cost(const NamespacesEnvironment& environment)
      : environment_(environment), before_(environment.cpu_clock()) {}
  ~Cost() {
    environment_.memory.credit.Spend(environment_.cpu_clock() - before_ +
                                     environment_.reach.helper->TakeCpuTime());
  }
  Cost(const Cost&) = delete;
  Cost& operator=(const Cost&) = delete;

 private:
  const NamespacesEnvironment& environment_;
  const std::chrono::nanoseconds before_;
};

/// Of namespaces that are not shown, or no more as they are now; empty when there are none. `turns`
/// tells of the first turn that failed.
std::string WhatIsLacking(const FoundNamespaces& found, const std::string& turns) {
  if (!turns.empty()) return turns;
  if (found.refused != 0) return found.refusal;
  if (!found.is_cut) return "";
  return "there are more than " + std::to_string(kMaxNamespaces) + ", the others are not shown";
}

}  // namespace

NamespacesCollector::NamespacesCollector(NamespacesEnvironment environment)
    : environment_(std::move(environment)) {
  if (environment_.reach.helper == nullptr) return;
  turn_ =
      std::make_unique<NamespaceTurn>(TurnEnvironment{.helper = *environment_.reach.helper,
                                                      .make_source = environment_.reach.make_source,
                                                      .matcher = *environment_.matcher,
                                                      .owners = environment_.owners,
                                                      .generation = environment_.generation,
                                                      .watch = environment_.watch,
                                                      .is_collected = environment_.is_collected,
                                                      .collects_drops = environment_.collects_drops,
                                                      .errors = environment_.errors,
                                                      .clock = environment_.clock});
}

Result<void> NamespacesCollector::Collect(Findings& findings) {
  if (environment_.reach.helper == nullptr) return Fail(environment_.reach.why_no_helper);
  NamespaceMemory& memory = environment_.memory;
  const std::lock_guard lock(memory.mutex);
  memory.credit.SetShare(environment_.reach.cpu_budget);
  memory.credit.Earn(environment_.clock.Now());
  const Result<FoundNamespaces> found = Find();
  if (!found) return tl::unexpected(found.error());
  const Result<std::string> turns = TakeTurns();
  if (!turns) return tl::unexpected(turns.error());
  const std::string lack = WhatIsLacking(*found, *turns);
  const bool has_any = std::any_of(memory.known().begin(), memory.known().end(),
                                   [](const auto& entry) { return entry.second.HasFigures(); });
  if (!has_any && !lack.empty()) return Fail(lack);
  environment_.reach.listener(lack);
  const Cost cost(environment_);
  Show(found->refused, findings.samples);
  findings.namespaces =
      memory.Sum(*environment_.matcher, environment_.is_collected, environment_.watch.peak_window);
  return {};
}

Result<FoundNamespaces> NamespacesCollector::Find() {
  const Cost cost(environment_);
  NamespaceResult<FoundNamespaces> found = environment_.reach.helper->Find();
  if (found) {
    environment_.memory.Keep(found->namespaces, environment_.owners);
    return *std::move(found);
  }
  return Fail(std::move(found.error().message));
}

Result<std::string> NamespacesCollector::TakeTurns() {
  NamespaceMemory& memory = environment_.memory;
  const Clock::TimePoint end = environment_.clock.Now() + kLongest;
  std::string first_error;
  const auto note = [&first_error](std::string error) {
    if (first_error.empty()) first_error = std::move(error);
  };
  std::size_t tracked = memory.tracked();
  for (const NamespaceId id : memory.Turns()) {
    const bool is_over = environment_.reach.cpu_budget && environment_.clock.Now() >= end;
    if (memory.credit.IsSpent() || is_over) break;
    const std::size_t others = tracked - memory.known().at(id).watch.tracked();
    const NamespaceResult<void> taken = TakeTurn(id, others);
    KnownNamespace& known = memory.known().at(id);
    tracked = others + known.watch.tracked();
    if (taken) continue;
    switch (taken.error().reason) {
      case NamespaceErrorReason::kGone:
        tracked = others;
        memory.known().erase(id);
        break;
      case NamespaceErrorReason::kRefused:
        memory.Refuse(id);
        note(taken.error().message);
        break;
      case NamespaceErrorReason::kUnavailable:
        return Fail(taken.error().message);
      case NamespaceErrorReason::kFailed:
        note(taken.error().message);
        break;
    }
  }
  return first_error;
}

NamespaceResult<void> NamespacesCollector::TakeTurn(NamespaceId id, std::size_t tracked_in_others) {
  const Cost cost(environment_);
  NamespaceMemory& memory = environment_.memory;
  const std::size_t most = environment_.watch.max_tracked_sockets;
  const std::size_t room = most - std::min(most, tracked_in_others);
  KnownNamespace& known = memory.known().at(id);
  NamespaceResult<void> taken = turn_->Take(id, room, known);
  const bool is_gone = !taken && taken.error().reason == NamespaceErrorReason::kGone;
  // Another one may have its number.
  if (is_gone && known.HasFigures()) taken = turn_->Take(id, room, memory.StartAnew(id));
  return taken;
}

void NamespacesCollector::Show(std::uint64_t refused, Samples& samples) const {
  const Clock::TimePoint now = environment_.clock.Now();
  std::map<Outcome, std::uint64_t> counts{{Outcome::kRefused, refused}};
  std::chrono::duration<double> oldest{0};
  for (const auto& [id, known] : environment_.memory.known()) {
    ++counts[known.outcome];
    // One that cannot be entered has figures no more, however long it is there.
    if (known.outcome == Outcome::kRefused) continue;
    oldest = std::max<std::chrono::duration<double>>(
        oldest, now - known.LastHeld(environment_.is_collected, now));
  }
  for (const auto& [outcome, label] : kOutcomes) samples.Add(kNamespaces, counts[outcome], label);
  samples.Add(kOldestAge, oldest.count());
}

}  // namespace sockdiag
