#include "http/server/connection_table.h"

#include <sys/socket.h>

#include <algorithm>
#include <new>

#include "http/server/connection_socket.h"

namespace sockdiag::http {
namespace {

// A head that begins on an idle connection is noticed at the next check.
constexpr std::chrono::milliseconds kIdleCheckInterval{1000};
// libmicrohttpd starts a connection at once, if at all.
constexpr std::chrono::seconds kStartTime{5};
// That much of a head's time may be gone before it is noticed.
constexpr int kChecksPerHead = 5;
// Each still has its descriptor and its thread for a moment. More of them means that their threads
// do not get to run, and then more connections would not help.
constexpr std::size_t kMaxCut = 256;

}  // namespace

ConnectionTable::Admission ConnectionTable::TryAdd(int fd) {
  const std::lock_guard lock(mutex_);
  // A connection that libmicrohttpd gave up before it started is never reported. Its entry lasts
  // until the kernel gives the same number, always the lowest one free, to another connection, or
  // until ForgetNeverStarted(), for which the watchdog comes.
  const auto stale = connections_.find(fd);
  if (stale != connections_.end()) {
    if (stale->second.cut) --cut_;
    connections_.erase(stale);
  }
  Admission admission = Admission::kAdded;
  if (connections_.size() - cut_ >= limit_) {
    if (cut_ >= kMaxCut || (!CutUnused() && !CutLongestIdle())) return Admission::kRefused;
    admission = Admission::kAddedInPlaceOfAnother;
  }
  Connection connection;
  connection.since = clock_.Now();
  connections_.emplace(fd, connection);
  ExpectDue(connection.since + kStartTime);
  return admission;
}

void ConnectionTable::Start(int fd) noexcept {
  const std::lock_guard lock(mutex_);
  try {
    // Without an entry it was taken for given up, and is only late.
    Connection& connection = connections_[fd];
    connection.started = true;
    if (connection.cut) return CutConnection(fd);
    StartPhase(fd, connection, Phase::kHead);
    if (input_ended_) shutdown(fd, SHUT_RD);
  } catch (const std::bad_alloc&) {
    CutConnection(fd);  // Nobody would watch it.
  }
}

void ConnectionTable::Enter(int fd, Phase phase) {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(fd);
  if (found == connections_.end() || found->second.cut) return;
  if (phase == Phase::kHead && found->second.phase != Phase::kIdle) return;
  StartPhase(fd, found->second, phase);
  if (phase == Phase::kSending) CutSlowReader();
}

void ConnectionTable::Remove(int fd) {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  if (found->second.cut) --cut_;
  connections_.erase(found);
  if (connections_.empty()) emptied_.notify_all();
}

void ConnectionTable::StartPhase(int fd, Connection& connection, Phase phase) {
  connection.phase = phase;
  connection.used = connection.used || phase != Phase::kHead;
  connection.since = clock_.Now();
  if (phase == Phase::kIdle) connection.received = BytesReceived(fd);
  connection.deadline = DeadlineOf(connection);
  ExpectDue(DueTime(connection, connection.since));
}

void ConnectionTable::ExpectDue(TimePoint due) {
  if (due >= next_due_) return;
  next_due_ = due;
  due_changed_.notify_all();
}

ConnectionTable::TimePoint ConnectionTable::DeadlineOf(const Connection& connection) const {
  std::chrono::milliseconds timeout{0};
  switch (connection.phase) {
    case Phase::kHead:
      timeout = timeouts_.head;
      break;
    case Phase::kBody:
      timeout = timeouts_.body;
      break;
    case Phase::kSending:
      timeout = timeouts_.send;
      break;
    case Phase::kIdle:
      timeout = timeouts_.idle;
      break;
    case Phase::kHandling:
      break;
  }
  return timeout.count() == 0 ? TimePoint::max() : connection.since + timeout;
}

ConnectionTable::TimePoint ConnectionTable::DueTime(const Connection& connection,
                                                    TimePoint now) const {
  const bool is_checked = connection.phase == Phase::kIdle && connection.received.has_value() &&
                          timeouts_.head.count() > 0;
  return is_checked ? std::min(connection.deadline, now + IdleCheckInterval())
                    : connection.deadline;
}

std::chrono::milliseconds ConnectionTable::IdleCheckInterval() const {
  return std::clamp(timeouts_.head / kChecksPerHead, std::chrono::milliseconds(1),
                    kIdleCheckInterval);
}

void ConnectionTable::NoticeHead(int fd, Connection& connection, TimePoint now) {
  if (connection.phase != Phase::kIdle || !connection.received) return;
  if (BytesReceived(fd) == connection.received) return;
  connection.phase = Phase::kHead;
  connection.since = now;
  connection.deadline =
      timeouts_.head.count() == 0 ? TimePoint::max() : now + timeouts_.head - IdleCheckInterval();
}

PhaseSet ConnectionTable::CutOverdue() {
  const std::lock_guard lock(mutex_);
  PhaseSet cut;
  const TimePoint now = clock_.Now();
  next_due_ = TimePoint::max();
  ForgetNeverStarted(now);
  for (auto& [fd, connection] : connections_) {
    if (connection.cut) continue;
    if (!connection.started) {
      next_due_ = std::min(next_due_, connection.since + kStartTime);
      continue;
    }
    NoticeHead(fd, connection, now);
    if (connection.deadline <= now) {
      cut.set(Index(connection.phase));
      Cut(fd, connection);
    } else {
      next_due_ = std::min(next_due_, DueTime(connection, now));
    }
  }
  return cut;
}

void ConnectionTable::ForgetNeverStarted(TimePoint now) {
  std::erase_if(connections_, [&](const auto& entry) {
    const Connection& connection = entry.second;
    const bool is_given_up = !connection.started && now - connection.since >= kStartTime;
    if (is_given_up && connection.cut) --cut_;
    return is_given_up;
  });
  if (connections_.empty()) emptied_.notify_all();
}

bool ConnectionTable::WaitUntilDue() {
  std::unique_lock lock(mutex_);
  while (!watch_ended_) {
    const TimePoint due = next_due_;
    if (due <= clock_.Now()) return true;
    if (due == TimePoint::max()) {
      due_changed_.wait(lock);
    } else {
      due_changed_.wait_until(lock, due);
    }
  }
  return false;
}

void ConnectionTable::EndWatch() {
  const std::lock_guard lock(mutex_);
  watch_ended_ = true;
  due_changed_.notify_all();
}

void ConnectionTable::Cut(int fd, Connection& connection) {
  connection.cut = true;
  ++cut_;
  if (connection.started) CutConnection(fd);
}

template <typename Predicate>
std::pair<const int, ConnectionTable::Connection>* ConnectionTable::Longest(Predicate&& may_go) {
  std::pair<const int, Connection>* longest = nullptr;
  for (auto& entry : connections_) {
    const Connection& connection = entry.second;
    if (connection.cut || !may_go(connection)) continue;
    if (longest == nullptr || connection.since < longest->second.since) longest = &entry;
  }
  return longest;
}

bool ConnectionTable::CutUnused() {
  const auto is_unused = [](const Connection& c) { return c.phase == Phase::kHead && !c.used; };
  auto* longest = Longest([&](const Connection& c) { return c.started && is_unused(c); });
  // A crowd whose threads have not run yet must not cost a client its connection, either.
  if (longest == nullptr) longest = Longest(is_unused);
  if (longest == nullptr) return false;
  Cut(longest->first, longest->second);
  return true;
}

void ConnectionTable::CutSlowReader() {
  constexpr std::chrono::seconds kQuickEnough{1};
  const auto is_sending = [](const auto& entry) {
    return entry.second.phase == Phase::kSending && !entry.second.cut;
  };
  if (max_sending_ == 0) return;
  const auto sending = std::count_if(connections_.begin(), connections_.end(), is_sending);
  if (static_cast<std::size_t>(sending) <= max_sending_) return;
  auto* const longest = Longest([](const Connection& c) { return c.phase == Phase::kSending; });
  if (longest != nullptr && clock_.Now() - longest->second.since > kQuickEnough) {
    Cut(longest->first, longest->second);
  }
}

bool ConnectionTable::CutLongestIdle() {
  const TimePoint now = clock_.Now();
  while (true) {
    auto* const longest = Longest([](const Connection& c) { return c.phase == Phase::kIdle; });
    if (longest == nullptr) return false;
    NoticeHead(longest->first, longest->second, now);
    if (longest->second.phase != Phase::kIdle) continue;  // Its next request has just arrived.
    Cut(longest->first, longest->second);
    return true;
  }
}

void ConnectionTable::EndInput() {
  const std::lock_guard lock(mutex_);
  input_ended_ = true;
  // Younger ones may yet be waiting in libmicrohttpd's queue, with requests that have arrived.
  ForgetNeverStarted(clock_.Now());
  for (const auto& [fd, connection] : connections_) {
    if (connection.started) shutdown(fd, SHUT_RD);
  }
}

void ConnectionTable::CutAll() {
  const std::lock_guard lock(mutex_);
  for (auto& [fd, connection] : connections_) {
    if (connection.started && !connection.cut) Cut(fd, connection);
  }
}

bool ConnectionTable::WaitUntilEmpty(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, timeout, [this] { return connections_.empty(); });
}

}  // namespace sockdiag::http
