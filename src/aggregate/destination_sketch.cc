#include "aggregate/destination_sketch.h"

#include <algorithm>
#include <utility>

namespace sockdiag {

std::size_t DestinationSketch::Home(const IpAddress& local, const Endpoint& remote) {
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;
  std::uint64_t hash = 0;
  for (const std::uint64_t part : {local.High(), local.Low(), remote.address.High(),
                                   remote.address.Low(), std::uint64_t{remote.port.Value()}}) {
    hash = (hash ^ part) * kGolden;
    hash ^= hash >> 32;
  }
  return static_cast<std::size_t>(hash % kPlaces);
}

/// Where the destination is counted, or the free place for it.
DestinationSketch::Counter& DestinationSketch::Place(const IpAddress& local,
                                                     const Endpoint& remote) {
  std::size_t place = Home(local, remote);
  while (places_[place].count != 0 &&
         !(places_[place].local == local && places_[place].remote == remote)) {
    place = (place + 1) % kPlaces;
  }
  return places_[place];
}

void DestinationSketch::Add(const IpAddress& local, const Endpoint& remote) {
  Counter& counter = Place(local, remote);
  if (counter.count != 0) {
    ++counter.count;
    return;
  }
  if (used_ == kCounters) {
    TakeOneFromEach();
    return;
  }
  ++used_;
  counter = {local, remote, 1};
}

/// One step of the algorithm for a socket that has no counter; as it takes kCounters sockets to
/// fill what it takes away, it costs little for each socket.
void DestinationSketch::TakeOneFromEach() {
  std::vector<Counter> old(kPlaces);
  std::swap(old, places_);
  used_ = 0;
  for (const Counter& counter : old) {
    if (counter.count <= 1) continue;
    ++used_;
    Place(counter.local, counter.remote) = {counter.local, counter.remote, counter.count - 1};
  }
}

std::uint64_t DestinationSketch::Max() const {
  const auto fullest =
      std::max_element(places_.begin(), places_.end(),
                       [](const Counter& a, const Counter& b) { return a.count < b.count; });
  return fullest->count;
}

}  // namespace sockdiag
