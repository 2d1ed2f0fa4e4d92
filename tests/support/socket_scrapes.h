#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collectors/socket_memory.h"
#include "sockets/naming/classifier.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/naming/service_matcher.h"
#include "tests/support/fake_clock.h"

namespace sockdiag::testing {

/// A rule for one TCP port.
inline ServiceRule Rule(const std::string& name, std::uint16_t port,
                        std::optional<Direction> direction = {}) {
  ServiceRule rule;
  rule.name = name;
  rule.ports = {{Port::FromHost(port), Port::FromHost(port)}};
  rule.direction = direction;
  return rule;
}

/// What a test's configurations say of sockets.
struct SocketConfiguration {
  std::vector<ServiceRule> rules = {};
  ServicesDatabase database = {};
  ServicesFallback fallback = ServicesFallback::kOther;
  Limits limits = {};
  WatchOptions watch = {};
};

/// From records to what is shown of them, without a kernel: scrapes and samples of one
/// configuration after the other, over one memory.
class SocketScrapes {
 public:
  using Records = std::vector<SocketRecord>;

  explicit SocketScrapes(const SocketConfiguration& configuration = {}) { Use(configuration); }

  /// From now on this configuration is in force.
  void Use(const SocketConfiguration& configuration) {
    matchers_.emplace_back(configuration.rules, configuration.database, memory.names(),
                           configuration.fallback);
    generation_ = memory.NewGeneration();
    memory.Configure({.limits = configuration.limits,
                      .watch = configuration.watch,
                      .configured = matchers_.back().configured(),
                      .generation = generation_});
  }

  /// What is shown of a collection of both protocols; one whose dump failed has no records.
  Samples Scrape(const std::optional<Records>& tcp, const std::optional<Records>& udp = Records()) {
    return Show(Count(tcp, udp));
  }
  /// The two steps of it.
  SocketMemory::Round Count(const std::optional<Records>& tcp,
                            const std::optional<Records>& udp = Records()) {
    SocketMemory::Round round;
    round.generation = generation_;
    round.is_collected = {true, true};
    if (tcp) round.tallies[Index(Protocol::kTcp)] = Dump(Protocol::kTcp, *tcp);
    if (udp) round.tallies[Index(Protocol::kUdp)] = Dump(Protocol::kUdp, *udp);
    return round;
  }
  Samples Show(const SocketMemory::Round& round) {
    Samples samples;
    memory.Show(round, samples);
    return samples;
  }

  /// A pass over the watched sockets that has seen these, and is not at its end.
  [[nodiscard]] StateWatch::Pass Look(const Records& tcp) {
    StateWatch::Pass pass = memory.watch().Begin(generation_);
    ListenerMemory::Pass listeners = memory.listeners(kWatchedProtocol).Begin();
    Classifier classifier(matchers_.back(), EphemeralPorts().range, listeners, &pass);
    for (const SocketRecord& record : tcp) pass.Observe(record, classifier.Classify(record));
    return pass;
  }
  /// A sample between two scrapes.
  void Sample(const Records& tcp) { Look(tcp).Commit(); }

  FakeClock clock;
  SocketMemory memory{clock};

 private:
  std::shared_ptr<const SocketTallies> Dump(Protocol protocol, const Records& records) {
    const auto tallies =
        std::make_shared<SocketTallies>(protocol, EphemeralPorts(), matchers_.back());
    std::optional<StateWatch::Pass> pass;
    if (Traits(protocol).has_watched_states) pass.emplace(memory.watch().Begin(generation_));
    ListenerMemory::Pass listeners = memory.listeners(protocol).Begin();
    Classifier classifier(matchers_.back(), EphemeralPorts().range, listeners,
                          pass ? &*pass : nullptr);
    for (const SocketRecord& record : records) {
      const Classification classification = classifier.Classify(record);
      tallies->Add(record, classification);
      if (pass) pass->Observe(record, classification);
    }
    std::move(listeners).Commit(ListenerMemory::Coverage::kWhole);
    if (pass) std::move(*pass).Commit();
    return tallies;
  }

  /// One for each configuration: what the ones before have counted goes by theirs.
  std::deque<ServiceMatcher> matchers_;
  std::uint64_t generation_ = 0;
};

}  // namespace sockdiag::testing
