#include "sockets/tally/destination_sketch.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace sockdiag {
namespace {

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio

std::uint64_t Hash(const IpAddress& local, const Endpoint& remote) {
  std::uint64_t hash = 0;
  for (const std::uint64_t part : {local.High(), local.Low(), remote.address.High(),
                                   remote.address.Low(), std::uint64_t{remote.port.Value()}}) {
    hash = (hash ^ part) * kGolden;
    hash ^= hash >> 32;
  }
  return hash;
}

}  // namespace

DestinationSketch::Counter& DestinationSketch::Place(std::uint64_t hash, OwnerId owner) {
  const auto is_others = [&](const Counter& counter) {
    return counter.count != 0 && (counter.hash != hash || counter.owner != owner);
  };
  std::size_t place = (hash ^ Index(owner) * kGolden >> 32) % kPlaces;
  while (is_others(places_[place])) place = (place + 1) % kPlaces;
  return places_[place];
}

void DestinationSketch::Add(const IpAddress& local, const Endpoint& remote, OwnerId owner) {
  const std::uint64_t hash = Hash(local, remote);
  Counter& counter = Place(hash, owner);
  if (counter.count != 0) {
    ++counter.count;
    return;
  }
  if (used_ == kCounters) {
    TakeOneFromEach();
    return;
  }
  ++used_;
  counter = {hash, owner, 1};
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
    Place(counter.hash, counter.owner) = {counter.hash, counter.owner, counter.count - 1};
  }
}

std::uint64_t DestinationSketch::Max() const {
  std::unordered_map<std::uint64_t, std::uint64_t> sums;
  std::uint64_t most = 0;
  for (const Counter& counter : places_) {
    if (counter.count != 0) most = std::max(most, sums[counter.hash] += counter.count);
  }
  return most;
}

std::map<OwnerId, std::uint64_t> DestinationSketch::MaxByOwner() const {
  std::map<OwnerId, std::uint64_t> most;
  for (const Counter& counter : places_) {
    if (counter.count == 0) continue;
    std::uint64_t& its = most[counter.owner];
    its = std::max<std::uint64_t>(its, counter.count);
  }
  return most;
}

}  // namespace sockdiag
