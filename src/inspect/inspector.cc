#include "inspect/inspector.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace sockdiag {

const Answer* Look::Find(const Query& query) const {
  const auto found = std::ranges::find(queries, query);
  if (found == queries.end()) return nullptr;
  return &inspection.answers[static_cast<std::size_t>(found - queries.begin())];
}

std::shared_ptr<const Look> Inspector::Recent(const Query& query) const {
  const bool is_recent = last_ && environment_.clock.Now() - last_->at < kLeastBetween;
  return is_recent && last_->Find(query) != nullptr ? last_ : nullptr;
}

Inspector::Answered Inspector::Ask(const Query& query) {
  std::shared_ptr<Batch> batch;
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    if (auto recent = Recent(query)) return recent;
    is_first = next_ == nullptr;
    if (is_first) next_ = std::make_shared<Batch>();
    batch = next_;
    if (std::ranges::find(batch->queries, query) == batch->queries.end()) {
      if (batch->queries.size() == kMaxQueries) {
        return tl::unexpected(
            Problem{Refusal::kBusy, "more than " + std::to_string(kMaxQueries) +
                                        " different queries at once; try again in a moment"});
      }
      batch->queries.push_back(query);
    }
    ++waiting_;
  }
  const std::shared_future<Answered> answered = batch->answered;
  // It ends with an answer or an exception, and never throws itself.
  if (is_first) Lead(batch);
  answered.wait();
  --waiting_;
  return answered.get();
}

void Inspector::Lead(const std::shared_ptr<Batch>& batch) {
  const std::lock_guard turn(turn_);
  try {
    WaitForTurn();
    {
      const std::lock_guard lock(mutex_);
      next_ = nullptr;
    }
    Answered answered = LookFor(batch->queries);
    {
      const std::lock_guard lock(mutex_);
      if (answered) last_ = *answered;
    }
    batch->promise.set_value(std::move(answered));
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (next_ == batch) next_ = nullptr;
    batch->promise.set_exception(std::current_exception());
  }
}

/// The share of a core that the last look took, with the pause behind it, is within the budget.
void Inspector::WaitForTurn() {
  std::shared_ptr<const Look> last;
  {
    const std::lock_guard lock(mutex_);
    last = last_;
  }
  if (!last) return;
  const std::chrono::duration<double> share =
      std::chrono::duration<double>(last->cost) / environment_.cpu_budget;
  const Clock::Duration between =
      std::max<Clock::Duration>(kLeastBetween, std::chrono::duration_cast<Clock::Duration>(share));
  const Clock::Duration rest = last->at + between - environment_.clock.Now();
  if (rest > Clock::Duration::zero()) environment_.wait(rest);
}

Inspector::Answered Inspector::LookFor(const std::vector<Query>& queries) {
  auto look = std::make_shared<Look>();
  look->queries = queries;
  look->at = environment_.clock.Now();
  const std::chrono::nanoseconds cpu_before = environment_.cpu_clock();
  Result<Inspection> inspection = environment_.look(queries);
  look->cost = environment_.cpu_clock() - cpu_before;
  look->duration = environment_.clock.Now() - look->at;
  if (!inspection) {
    return tl::unexpected(Problem{Refusal::kFailed, std::move(inspection.error().message)});
  }
  look->inspection = *std::move(inspection);
  return look;
}

}  // namespace sockdiag
