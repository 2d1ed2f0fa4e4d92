#include "sockets/naming/listener_memory.h"

#include <algorithm>
#include <utility>

namespace sockdiag {

ListenerMemory::ListenerMemory(Protocol protocol)
    : clients_look_like_listeners_(Traits(protocol).clients_look_like_listeners) {}

/// The upper bits of a multiplication by 2^64 / golden ratio. A socket without a cookie is taken
/// for any.
ListenerMemory::Cookies ListenerMemory::BitOf(std::uint64_t cookie) {
  if (cookie == 0) return kAllCookies;
  return Cookies{1} << (cookie * 0x9e3779b97f4a7c15 >> 58);
}

std::size_t ListenerMemory::Known::Find(const Endpoint& local) const {
  const auto place =
      std::lower_bound(ends.begin(), ends.end(), local,
                       [](const End& end, const Endpoint& wanted) { return end.local < wanted; });
  const bool found = place != ends.end() && place->local == local;
  return static_cast<std::size_t>((found ? place : ends.end()) - ends.begin());
}

std::shared_ptr<const ListenerMemory::Known> ListenerMemory::Current() const {
  const std::lock_guard lock(mutex_);
  return known_;
}

ListenerMemory::Pass::Pass(ListenerMemory& memory)
    : memory_(memory), known_(memory.Current()), seen_(known_->ends.size()) {}

bool ListenerMemory::Pass::FindGone(const SocketRecord& socket) {
  const Cookies cookie = BitOf(socket.cookie);
  return FindGone(socket.local, cookie) ||
         FindGone(ListenerTable::WildcardOf(socket.local), cookie);
}

bool ListenerMemory::Pass::FindGone(const Endpoint& end, Cookies cookie) {
  const std::size_t place = known_->Find(end);
  if (place == known_->ends.size()) return false;
  const End& gone = known_->ends[place];
  if (((gone.last | gone.before) & cookie) == 0) return false;
  seen_[place] |= cookie;
  return true;
}

bool ListenerMemory::Pass::ShowsListener(const Endpoint& end) const {
  return listeners_.Holds(end) &&
         (!memory_.clients_look_like_listeners_ || used_ports_.test(end.port.Value()));
}

void ListenerMemory::Pass::Commit(Coverage coverage) && { memory_.Take(*this, coverage); }

void ListenerMemory::Take(const Pass& pass, Coverage coverage) {
  const std::lock_guard lock(mutex_);
  const bool tells_who_is_missing =
      coverage == Coverage::kWhole && pass.known_->whole_dumps == known_->whole_dumps;
  auto next = std::make_shared<Known>();
  next->whole_dumps = known_->whole_dumps + (coverage == Coverage::kWhole ? 1 : 0);
  std::size_t unsearched = 0;
  for (End end : known_->ends) {
    if (pass.ShowsListener(end.local)) continue;
    const std::size_t place = pass.known_->Find(end.local);
    // Otherwise somebody told of it after this dump had begun, which then could not look for it.
    const bool was_known = place != pass.seen_.size();
    const Cookies seen = was_known ? pass.seen_[place] : 0;
    if (tells_who_is_missing && was_known) {
      end.before = std::exchange(end.last, seen);
    } else {
      end.last |= seen;
    }
    const bool is_unsearched = (end.last & end.before) == kAllCookies;
    if (is_unsearched && ++unsearched > kMaxUnsearched) continue;
    if ((end.last | end.before) != 0) next->ends.push_back(end);
  }
  pass.listeners_.ForEachEnd([&](const Endpoint& end) {
    if (next->ends.size() < kMaxEnds && pass.ShowsListener(end)) next->ends.push_back({end});
  });
  std::sort(next->ends.begin(), next->ends.end(),
            [](const End& a, const End& b) { return a.local < b.local; });
  for (const End& end : next->ends) next->ports.set(end.local.port.Value());
  known_ = std::move(next);
}

}  // namespace sockdiag
