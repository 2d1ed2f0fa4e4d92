#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "collectors/collection_run.h"
#include "collectors/socket_collector.h"
#include "metrics/families.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/recorded_dumps.h"
#include "tests/support/fake_clock.h"
#include "tests/support/run_here.h"

namespace sockdiag::fuzz {
namespace {

constexpr std::size_t kMostServices = 4;
constexpr std::size_t kMostPorts = 4;
constexpr int kMostCollections = 4;

PortRange Ports(std::uint16_t first, std::uint16_t last) {
  return {Port::FromHost(first), Port::FromHost(last)};
}

std::vector<ServiceRule> Rules() {
  ServiceRule web{.name = "web", .protocol = Protocol::kTcp, .ports = {Ports(8000, 8003)}};
  ServiceRule peers{.name = "peers", .protocol = Protocol::kTcp, .direction = Direction::kOutbound};
  peers.remote_networks = {Cidr::Parse("127.0.0.0/8").value(), Cidr::Parse("::1/128").value()};
  ServiceRule names{.name = "names", .protocol = Protocol::kUdp, .ports = {Ports(53, 53)}};
  names.local_networks = {Cidr::Parse("::/1").value()};
  return {web, peers, names};
}

const ServiceMatcher& Matcher() {
  static const ServiceMatcher matcher(Rules(), {{{Protocol::kTcp, Port::FromHost(80)}, "http"},
                                                {{Protocol::kUdp, Port::FromHost(123)}, "ntp"},
                                                {{Protocol::kTcp, Port::FromHost(9000)}, "nine"}});
  return matcher;
}

WatchOptions Watched() {
  WatchOptions options;
  options.states = {SocketState::kSynSent, SocketState::kSynRecv, SocketState::kFinWait1,
                    SocketState::kFinWait2, SocketState::kCloseWait};
  options.stuck_after[Index(SocketState::kCloseWait)] = std::chrono::seconds(1);
  options.max_tracked_sockets = 3;
  return options;
}

/// Few, as to count them takes time.
EphemeralPorts FewEphemeralPorts() { return {Ports(40000, 40063), {Ports(40001, 40002)}}; }

template <typename Row>
std::uint64_t SumOf(const std::vector<Row>& rows, Protocol protocol) {
  std::uint64_t sum = 0;
  for (const Row& row : rows) {
    if (row.protocol == protocol) sum += row.sockets;
  }
  return sum;
}

/// Every socket of a dump is counted once in each view of it, and none of a dump that failed.
void ExpectSums(const Collection& collection) {
  std::array<std::uint64_t, kProtocols.size()> sockets{};
  for (const DumpReport& dump : collection.dumps) {
    sockets[Index(dump.protocol)] = dump.stats.sockets;
  }
  for (const Protocol protocol : kProtocols) {
    const std::uint64_t expected = sockets[Index(protocol)];
    Expect(SumOf(collection.snapshot.sockets, protocol) == expected);
    Expect(SumOf(collection.snapshot.service_sockets, protocol) == expected);
    Expect(SumOf(collection.snapshot.port_sockets, protocol) == expected);
  }
}

/// Labels stay within the limits, and `other`.
void ExpectLimits(const Snapshot& snapshot) {
  std::set<std::string> services;
  for (const ServiceSocketCount& count : snapshot.service_sockets) {
    services.insert(count.service_name);
  }
  Expect(services.size() <= kMostServices + 1);
  std::map<std::pair<Protocol, Direction>, std::set<ShownPort>> ports;
  for (const PortSocketCount& count : snapshot.port_sockets) {
    ports[{count.protocol, count.direction}].insert(count.port);
  }
  for (const auto& [key, shown] : ports) Expect(shown.size() <= kMostPorts + 1);
}

/// No sample is below zero or no number, and no two samples of a family have the same labels.
void ExpectExposition(Collection collection) {
  const auto families = ToFamilies({std::move(collection), {}, {}, {}});
  for (const auto& family : families) {
    std::set<std::string> seen;
    for (const auto& sample : family.metric) {
      const double value = sample.gauge.value + sample.counter.value;
      Expect(std::isfinite(value) && value >= 0);
      std::string labels;
      for (const auto& label : sample.label) labels += label.name + '=' + label.value + ',';
      Expect(seen.insert(labels).second);
    }
  }
  const std::string text = ToText(families);
  Expect(text.ends_with('\n') && text.find("\n\n") == std::string::npos);
}

void Collect(std::span<const std::byte> datagrams) {
  testing::FakeClock clock;
  RecordedDumps source(datagrams);
  DumpErrors errors;
  StateWatch watch(Watched(), clock);
  Limits limits;
  limits.services = kMostServices;
  limits.ports = kMostPorts;
  std::vector<std::unique_ptr<Collector>> collectors;
  for (const Protocol protocol : kProtocols) {
    collectors.push_back(std::make_unique<SocketCollector>(
        protocol, source, Matcher(), FewEphemeralPorts,
        protocol == Protocol::kTcp ? &watch : nullptr, errors, clock));
  }
  CollectionRun run(std::move(collectors), SnapshotBuilder(Matcher(), limits, watch.states()),
                    &watch, errors, clock, testing::RunHere);
  for (int i = 0; i < kMostCollections && !source.AreAtEnd(); ++i) {
    Collection collection = run.Collect();
    ExpectSums(collection);
    ExpectLimits(collection.snapshot);
    ExpectExposition(std::move(collection));
    clock.Advance(std::chrono::seconds(2));
  }
}

}  // namespace
}  // namespace sockdiag::fuzz

/// Any bytes as the datagrams of a few collections of TCP and UDP, see RecordedDumps: what is
/// counted goes all the way to the text, complete and within the limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sockdiag::fuzz::Collect(std::as_bytes(std::span(data, size)));
  return 0;
}
