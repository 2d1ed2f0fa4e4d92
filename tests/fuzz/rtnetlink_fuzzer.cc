#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "collectors/rtnetlink/devices.h"
#include "collectors/rtnetlink/multicast_groups.h"
#include "collectors/rtnetlink/neighbour_counts.h"
#include "collectors/rtnetlink/route_counts.h"
#include "tests/fuzz/expect.h"

namespace sockdiag::fuzz {
namespace {

/// Gives a sink the messages of the text as bytes, until it or one of them does not like it; how
/// many it took.
std::uint64_t Feed(std::string_view text, RtnetlinkSink& sink) {
  auto rest = std::as_bytes(std::span(text));
  std::uint64_t taken = 0;
  while (!rest.empty()) {
    const auto message = TakeMessage(rest);
    if (!message) break;
    const auto added = sink.Add(*message);
    if (!added) {
      Expect(!added.error().message.empty());
      break;
    }
    ++taken;
  }
  return taken;
}

/// Never more than there were messages, and no label is empty.
void ExpectAtMost(std::uint64_t most, const Samples& samples) {
  double sum = 0;
  for (const auto& family : samples.families()) {
    for (const auto& sample : family.metric) {
      sum += sample.gauge.value;
      for (const auto& label : sample.label) Expect(!label.value.empty());
    }
  }
  Expect(sum <= static_cast<double>(most));
}

template <Family family>
void ReadRoutes(std::string_view text) {
  constexpr std::size_t kLimit = 100;
  RouteCounts counts(family, kLimit);
  const std::uint64_t taken = Feed(text, counts);
  Samples samples;
  RouteCounts::Seen seen;
  counts.Show(seen, samples);
  ExpectAtMost(taken, samples);
  Expect(counts.HasEnough() || !counts.IsBeyondLimit());
}

template <Family family>
void SearchDefaultRoute(std::string_view text) {
  DefaultRouteSearch search(family);
  static_cast<void>(Feed(text, search));
  Expect(search.found().has_value() || search.HasEnough());
  Expect(search.found() != true || search.HasEnough());
}

void ReadNeighbours(std::string_view text) {
  NeighbourCounts counts;
  const std::uint64_t taken = Feed(text, counts);
  Samples samples;
  SeenCounts<NeighbourCounts::Key> seen;
  counts.Show(seen, samples);
  ExpectAtMost(taken, samples);
}

void ReadNeighbourTables(std::string_view text) {
  NeighbourTables tables;
  static_cast<void>(Feed(text, tables));
  Samples samples;
  tables.Show(samples);
}

void ReadDevices(std::string_view text) {
  constexpr std::size_t kLimit = 2;
  Devices devices;
  const std::uint64_t taken = Feed(text, devices);
  Expect(devices.all().size() <= taken);
  std::set<std::string> places{std::string(Devices::kOther)};
  devices.ForEach(kLimit, [&](std::uint32_t, const Device& device, bool has_place) {
    Expect(!device.name.empty() && device.name.find('\n') == std::string::npos);
    if (has_place) Expect(places.insert(device.name).second);
  });
  Expect(places.size() <= kLimit + 1);
}

void ReadGroups(std::string_view text) {
  for (const Family family : kFamilies) {
    MulticastGroupCounts counts(family);
    const std::uint64_t taken = Feed(text, counts);
    std::uint64_t sum = 0;
    for (const auto& [device, groups] : counts.counts()) sum += groups;
    Expect(sum <= taken);
  }
}

void ReadIgmp(std::string_view text) {
  const auto groups = ParseIgmp(text);
  if (!groups) ExpectOneLine(groups.error());
}

constexpr std::array<void (*)(std::string_view), 9> kParsers{ReadRoutes<Family::kIpv4>,
                                                             ReadRoutes<Family::kIpv6>,
                                                             SearchDefaultRoute<Family::kIpv4>,
                                                             SearchDefaultRoute<Family::kIpv6>,
                                                             ReadNeighbours,
                                                             ReadNeighbourTables,
                                                             ReadDevices,
                                                             ReadGroups,
                                                             ReadIgmp};

}  // namespace
}  // namespace sockdiag::fuzz

/// Any bytes as a datagram of rtnetlink; the first byte says what takes it, as a digit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sockdiag::fuzz;
  RunParser(kParsers, data, size);
  return 0;
}
