#include "collectors/families/named_listeners.h"

#include <fnmatch.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/utf8.h"

namespace sockdiag {

void NamedListeners::Begin() {
  ++dump_;
  seen_ = 0;
  has_unknown_ = has_waiting_ = leaves_out_ = false;
  newcomers_.clear();
  for (auto& [name, row] : rows_) row = Row();
}

void NamedListeners::Add(const UnixSocket& listener) {
  const auto known = known_.find(listener.cookie);
  if (known == known_.end()) {
    has_unknown_ = true;
  } else {
    See(known->second, listener);
  }
}

bool NamedListeners::NeedsNames() const { return has_unknown_ || (has_waiting_ && HasFreePlace()); }

void NamedListeners::AddNamed(const UnixSocket& listener) {
  const auto known = known_.find(listener.cookie);
  if (known != known_.end() && known->second.fate != Fate::kWaiting) {
    return See(known->second, listener);
  }
  const std::string name = ShownUnixName(listener.name);
  if (known == known_.end() && (name.empty() || !Matches(name))) {
    return Remember(listener, Fate::kUnwanted, nullptr);
  }
  const auto row = rows_.find(name);
  if (row == rows_.end()) return AddNewcomer(name, listener);
  Remember(listener, Fate::kShown, &row->second);
  row->second.Count(*listener.queue);
}

void NamedListeners::End() {
  const bool has_names = NeedsNames();
  if (seen_ != known_.size()) {
    std::erase_if(known_, [this](const auto& one) { return one.second.dump != dump_; });
  }
  std::erase_if(rows_, [](const auto& one) { return one.second.listeners == 0; });
  Admit();
  leaves_out_ = has_names ? leaves_out_ || !newcomers_.empty() : has_waiting_;
  newcomers_.clear();
}

void NamedListeners::Show(Samples& samples) const {
  for (const auto& [name, row] : rows_) samples.Add(kQueueLength, row.length, name);
  for (const auto& [name, row] : rows_) samples.Add(kQueueLimit, row.limit, name);
  for (const auto& [name, row] : rows_) samples.Add(kSaturation, row.saturation, name);
}

void NamedListeners::Row::Count(const UnixSocket::Queue& queue) {
  ++listeners;
  length += queue.length;
  limit += queue.backlog;
  saturation = std::max(saturation, queue.Saturation());
}

bool NamedListeners::Matches(const std::string& name) const {
  return std::any_of(globs_.begin(), globs_.end(), [&](const std::string& glob) {
    return fnmatch(glob.c_str(), name.c_str(), FNM_PATHNAME | FNM_NOESCAPE) == 0;
  });
}

/// Once in each dump.
void NamedListeners::See(Known& known, const UnixSocket& listener) {
  if (known.dump == dump_) return;
  known.dump = dump_;
  ++seen_;
  if (known.fate == Fate::kWaiting) has_waiting_ = true;
  if (known.fate == Fate::kShown) known.row->Count(*listener.queue);
}

/// What was already known of it is that it waits.
void NamedListeners::Remember(const UnixSocket& listener, Fate fate, Row* row) {
  const auto known = known_.find(listener.cookie);
  if (known != known_.end()) {
    if (known->second.dump != dump_) ++seen_;
    known->second = {fate, dump_, row};
  } else if (known_.size() < kMostKnown) {
    known_.emplace(listener.cookie, Known{fate, dump_, row});
    ++seen_;
  }
}

void NamedListeners::AddNewcomer(const std::string& name, const UnixSocket& listener) {
  Remember(listener, Fate::kWaiting, nullptr);
  Row& row = newcomers_[name];
  row.Count(*listener.queue);
  row.newcomers.push_back(listener.cookie);
  if (newcomers_.size() <= kMostNames) return;
  newcomers_.erase(std::prev(newcomers_.end()));
  leaves_out_ = true;
}

void NamedListeners::Admit() {
  while (!newcomers_.empty() && rows_.size() < kMostNames) {
    Row& row = rows_.insert(newcomers_.extract(newcomers_.begin())).position->second;
    for (const std::uint64_t cookie : std::exchange(row.newcomers, {})) {
      const auto known = known_.find(cookie);
      if (known == known_.end()) continue;
      known->second.fate = Fate::kShown;
      known->second.row = &row;
    }
  }
}

bool NamedListeners::HasFreePlace() const {
  return rows_.size() < kMostNames || std::any_of(rows_.begin(), rows_.end(), [](const auto& one) {
           return one.second.listeners == 0;
         });
}

std::string ShownUnixName(std::string_view name) {
  // `sun_path` has 108 bytes, of which one may become four, as in `\x00`.
  constexpr std::size_t kLongest = 512;
  if (name.starts_with('\0')) return '@' + PrintableUtf8(name.substr(1), kLongest);
  return PrintableUtf8(name.substr(0, name.find('\0')), kLongest);
}

}  // namespace sockdiag
