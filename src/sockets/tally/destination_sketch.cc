#include "sockets/tally/destination_sketch.h"

#include <algorithm>
#include <utility>

namespace sockdiag {
namespace {

std::uint64_t Hash(const IpAddress& local, const Endpoint& remote) {
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio
  std::uint64_t hash = 0;
  for (const std::uint64_t part : {local.High(), local.Low(), remote.address.High(),
                                   remote.address.Low(), std::uint64_t{remote.port.Value()}}) {
    hash = (hash ^ part) * kGolden;
    hash ^= hash >> 32;
  }
  return hash;
}

}  // namespace

DestinationSketch::Counter& DestinationSketch::Place(std::uint64_t hash) {
  std::size_t place = hash % kPlaces;
  while (places_[place].count != 0 && places_[place].hash != hash) place = (place + 1) % kPlaces;
  return places_[place];
}

void DestinationSketch::Add(const IpAddress& local, const Endpoint& remote) {
  const std::uint64_t hash = Hash(local, remote);
  Counter& counter = Place(hash);
  if (counter.count != 0) {
    ++counter.count;
    return;
  }
  if (used_ == kCounters) {
    TakeOneFromEach();
    return;
  }
  ++used_;
  counter = {hash, 1};
}

/// One step of the algorithm for a socket that has no counter; as it takes kCounters sockets to
/// fill what it takes away, it costs little for each socket.
void DestinationSketch::TakeOneFromEach() {
  std::swap(places_, spare_);
  std::fill(places_.begin(), places_.end(), Counter());
  used_ = 0;
  for (const Counter& counter : spare_) {
    if (counter.count <= 1) continue;
    ++used_;
    Place(counter.hash) = {counter.hash, counter.count - 1};
  }
}

std::uint64_t DestinationSketch::Max() const {
  const auto fullest =
      std::max_element(places_.begin(), places_.end(),
                       [](const Counter& a, const Counter& b) { return a.count < b.count; });
  return fullest->count;
}

}  // namespace sockdiag
