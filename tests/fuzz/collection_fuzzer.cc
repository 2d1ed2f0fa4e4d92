#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/socket_memory.h"
#include "collectors/sockets.h"
#include "metrics/text.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/recorded_dumps.h"
#include "tests/support/fake_clock.h"

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

ServicesDatabase Database() {
  return {{{Protocol::kTcp, Port::FromHost(80)}, "http"},
          {{Protocol::kUdp, Port::FromHost(123)}, "ntp"},
          {{Protocol::kTcp, Port::FromHost(9000)}, "nine"}};
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

double SumOf(const Samples& samples, const Metric& metric, std::string_view protocol) {
  double sum = 0;
  samples.ForEach(metric, [&](double value, auto labels) {
    if (labels[0].value == protocol) sum += value;
  });
  return sum;
}

/// Every socket of a dump is counted once in each view of it, and none of a dump that failed.
void ExpectSums(const Samples& samples) {
  for (const Protocol protocol : kProtocols) {
    const std::string_view name = Name(protocol);
    const double expected = SumOf(samples, SocketsCollector::kDumpSockets, name);
    Expect(SumOf(samples, FamilyTally::kSockets, name) == expected);
    Expect(SumOf(samples, ServiceTally::kServiceSockets, name) == expected);
    Expect(SumOf(samples, PortTally::kPortSockets, name) == expected);
  }
}

/// Labels stay within the limits, and `other`.
void ExpectLimits(const Samples& samples) {
  std::set<std::string> services;
  samples.ForEach(ServiceTally::kServiceSockets,
                  [&](double, auto labels) { services.insert(labels[1].value); });
  Expect(services.size() <= kMostServices + 1);
  std::map<std::pair<std::string, std::string>, std::set<std::string>> ports;
  samples.ForEach(PortTally::kPortSockets, [&](double, auto labels) {
    ports[{labels[0].value, labels[2].value}].insert(labels[1].value);
  });
  for (const auto& [key, shown] : ports) Expect(shown.size() <= kMostPorts + 1);
}

/// No sample is below zero or no number, and no two samples of a family have the same labels.
void ExpectExposition(const Samples& samples) {
  for (const auto& family : samples.families()) {
    std::set<std::string> seen;
    for (const auto& sample : family.metric) {
      const double value = sample.gauge.value + sample.counter.value;
      Expect(std::isfinite(value) && value >= 0);
      std::string labels;
      for (const auto& label : sample.label) labels += label.name + '=' + label.value + ',';
      Expect(seen.insert(labels).second);
    }
  }
  const std::string text = ToText(samples);
  Expect(text.ends_with('\n') && text.find("\n\n") == std::string::npos);
}

void Collect(std::span<const std::byte> datagrams) {
  testing::FakeClock clock;
  const auto source = std::make_shared<RecordedDumps>(datagrams);
  SocketMemory memory(clock);
  const auto matcher = std::make_shared<const ServiceMatcher>(Rules(), Database(), memory.names());
  const std::uint64_t generation = memory.NewGeneration();
  memory.Configure({.limits = {.services = kMostServices, .ports = kMostPorts},
                    .watch = Watched(),
                    .configured = matcher->configured(),
                    .generation = generation});
  for (int i = 0; i < kMostCollections && !source->AreAtEnd(); ++i) {
    SocketMemory::Round round;
    round.generation = generation;
    Samples samples;
    for (const Protocol protocol : kProtocols) {
      SocketsCollector collector(protocol, {.source = source,
                                            .matcher = matcher,
                                            .ephemeral_ports = FewEphemeralPorts,
                                            .watch = memory.watch(),
                                            .listeners = memory.listeners(protocol),
                                            .drops = memory.drops(protocol),
                                            .generation = generation,
                                            .errors = memory.errors(),
                                            .clock = clock});
      Findings findings;
      static_cast<void>(collector.Collect(findings));
      round.is_collected[Index(protocol)] = true;
      round.tallies[Index(protocol)] = findings.sockets;
      samples.Append(std::move(findings.samples));
    }
    memory.Show(round, samples);
    ExpectSums(samples);
    ExpectLimits(samples);
    ExpectExposition(samples);
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
