#include "sockets/watch/cookie_table.h"

#include <algorithm>
#include <new>
#include <utility>

namespace sockdiag {

/// Spreads the cookie over the places: a multiplication by 2^64 / golden ratio, then the upper half
/// of its product with the number of places.
std::size_t CookieTable::Home(std::uint64_t cookie) const {
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;
  const std::uint64_t mixed = (cookie ^ (cookie >> 32)) * kGolden;
  return static_cast<std::size_t>((mixed >> 32) * places_.size() >> 32);
}

TrackedSocket* CookieTable::Find(std::uint64_t cookie) {
  if (places_.empty() || cookie == 0) return nullptr;
  for (std::size_t place = Home(cookie); places_[place].cookie != 0; place = Next(place)) {
    if (places_[place].cookie == cookie) return &places_[place];
  }
  return nullptr;
}

TrackedSocket* CookieTable::Insert(std::uint64_t cookie) {
  if (size_ >= limit_) return nullptr;
  if ((size_ + 1) * 5 > places_.size() * 4) {
    Resize(std::max(kLeastPlaces, places_.size() / 3 * 4 + 4));
  }
  ++size_;
  TrackedSocket& place = FreePlace(cookie);
  place = TrackedSocket();
  place.cookie = cookie;
  return &place;
}

TrackedSocket& CookieTable::FreePlace(std::uint64_t cookie) {
  std::size_t place = Home(cookie);
  while (places_[place].cookie != 0) place = Next(place);
  return places_[place];
}

/// Closes the gap with those behind it that would no longer be found across it.
void CookieTable::Erase(std::size_t gap) {
  --size_;
  const std::size_t count = places_.size();
  for (std::size_t i = Next(gap); places_[i].cookie != 0; i = Next(i)) {
    const std::size_t home = Home(places_[i].cookie);
    const std::size_t from_home = (i + count - home) % count;
    const std::size_t from_gap = (i + count - gap) % count;
    if (from_home < from_gap) continue;
    places_[gap] = places_[i];
    gap = i;
  }
  places_[gap] = TrackedSocket();
}

void CookieTable::Resize(std::size_t places) {
  std::vector<TrackedSocket> old(places);
  std::swap(old, places_);
  for (const TrackedSocket& socket : old) {
    if (socket.cookie != 0) FreePlace(socket.cookie) = socket;
  }
}

void CookieTable::Shrink() noexcept {
  if (places_.size() <= kLeastPlaces || size_ * 2 >= places_.size()) return;
  try {
    Resize(std::max(kLeastPlaces, size_ * 5 / 3));
  } catch (const std::bad_alloc&) {
    // Later, then.
  }
}

}  // namespace sockdiag
