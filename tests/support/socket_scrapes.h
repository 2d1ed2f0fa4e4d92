#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collectors/socket_count.h"
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
  /// Null: owners are not looked for.
  Owners* owners = nullptr;
  bool collects_drops = true;
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
    owners_ = configuration.owners;
    collects_drops_ = configuration.collects_drops;
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
    round.are_drops_collected = collects_drops_;
    round.owners = owners_;
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
    std::optional<SocketOwners> owners;
    if (owners_ != nullptr) owners.emplace(*owners_);
    Classifier classifier(matchers_.back(), EphemeralPorts().range, listeners, &pass,
                          owners ? &*owners : nullptr);
    for (const SocketRecord& record : tcp) pass.Observe(record, classifier.Classify(record));
    return pass;
  }
  /// A sample between two scrapes.
  void Sample(const Records& tcp) { Look(tcp).Commit(source_kind); }

  FakeClock clock;
  SocketMemory memory{clock};
  /// Where the records come from.
  SourceKind source_kind = SourceKind::kNetlink;

 private:
  /// Gives the records as they are.
  class RecordsSource final : public SocketSource {
   public:
    RecordsSource(const Records& records, SourceKind kind) : records_(records), kind_(kind) {}

    [[nodiscard]] DumpResult<DumpStats> Dump(Protocol, const WantedSockets&,
                                             SocketSink& sink) override {
      for (const SocketRecord& record : records_) sink.Add(record);
      return DumpStats{records_.size(), 0, kind_};
    }

   private:
    const Records& records_;
    const SourceKind kind_;
  };

  std::shared_ptr<const SocketTallies> Dump(Protocol protocol, const Records& records) {
    const EphemeralPorts ports;
    SocketCount count(protocol, {.matcher = matchers_.back(),
                                 .ephemeral = ports,
                                 .owners = owners_,
                                 .watch = memory.watch(),
                                 .listeners = memory.listeners(protocol),
                                 .drops = memory.drops(protocol),
                                 .collects_drops = collects_drops_,
                                 .generation = generation_});
    RecordsSource source(records, source_kind);
    static_cast<void>(count.Dump(source, StateSet::All(protocol)));
    count.Commit();
    return count.tallies();
  }

  /// One for each configuration: what the ones before have counted goes by theirs.
  std::deque<ServiceMatcher> matchers_;
  std::uint64_t generation_ = 0;
  Owners* owners_ = nullptr;
  bool collects_drops_ = true;
};

}  // namespace sockdiag::testing
