#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collectors/namespaces.h"
#include "collectors/socket_memory.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_namespaces.h"
#include "tests/support/figures.h"
#include "tests/support/records.h"

namespace sockdiag::testing {

inline const std::string kContainerId(64, 'c');
inline const std::string kContainerPath = "/docker/" + kContainerId;
inline const std::string kPodUid = "12345678-1234-1234-1234-123456789abc";
inline const std::string kPodPath = "/kubepods/pod" + kPodUid + "/" + std::string(64, 'd');

inline FakeNamespaces::One Named(const std::string& name) {
  FakeNamespaces::One one;
  one.found.name = name;
  return one;
}

/// Its counters are those of its sockets.
inline FakeNamespaces::One WithTcp(const std::string& name, std::vector<SocketRecord> sockets) {
  FakeNamespaces::One one = Named(name);
  for (const SocketRecord& socket : sockets) {
    const bool is_counted =
        socket.state != SocketState::kTimeWait && socket.state != SocketState::kSynRecv;
    if (is_counted) ++one.counters.tcp_in_use;
    if (socket.state == SocketState::kTimeWait) ++one.counters.tcp_time_wait;
  }
  one.tables[Protocol::kTcp] = std::move(sockets);
  return one;
}

/// Other network namespaces and what is shown of them, collection after collection.
class NamespacesCase : public ::testing::Test {
 protected:
  NamespacesCase() {
    watch_.states = {SocketState::kCloseWait};
    watch_.stuck_after[Index(SocketState::kCloseWait)] = std::chrono::seconds(60);
    Configure();
  }

  void Configure() {
    matcher_ =
        std::make_shared<ServiceMatcher>(rules_, ServicesDatabase(), memory_.names(), fallback_);
    generation_ = memory_.NewGeneration();
    memory_.Configure({.limits = limits_,
                       .watch = watch_,
                       .configured = matcher_->configured(),
                       .generation = generation_});
    collector_ = std::make_unique<NamespacesCollector>(NamespacesEnvironment{
        .reach = {.helper = &namespaces_,
                  .make_source = namespaces_.MakeSource(),
                  .listener = [this](const std::string& lack) { lack_ = lack; },
                  .cpu_budget = cpu_budget_},
        .memory = memory_.namespaces(),
        .matcher = matcher_,
        .owners = &owners_,
        .generation = generation_,
        .watch = watch_,
        .is_collected = is_collected_,
        .collects_drops = collects_drops_,
        .errors = memory_.errors(),
        .cpu_clock = [this] { return cpu_ += cost_; },
        .clock = clock_});
  }

  /// One collection: what it shows without Show(), which gets the rest of last_round_; a failure is
  /// kept as the error.
  Samples CollectOnly() {
    namespaces_.dumps.clear();
    Findings findings;
    const Result<void> collected = collector_->Collect(findings);
    error_ = collected ? "" : collected.error().message;
    SocketMemory::Round round;
    round.generation = generation_;
    round.are_drops_collected = collects_drops_;
    round.owners = &owners_;
    round.are_namespaces_collected = true;
    round.namespaces = findings.namespaces;
    last_round_ = round;
    return std::move(findings.samples);
  }
  Samples Show(const SocketMemory::Round& round, Samples samples = Samples()) {
    memory_.Show(round, samples);
    return samples;
  }
  /// What one collection shows of namespaces.
  Samples Collect() {
    Samples samples = CollectOnly();
    return Show(last_round_, std::move(samples));
  }
  static Figures Results(const Samples& samples) {
    return NonZero(FiguresOf(samples, NamespacesCollector::kNamespaces));
  }

  SocketMemory::Round last_round_;
  std::uint64_t datagrams_ = 0;
  FakeClock clock_;
  SocketMemory memory_{clock_};
  FakeNamespaces namespaces_;
  Owners owners_{[](const CgroupVisitor& visit) -> Result<void> {
                   visit(7, "/system.slice/nginx.service");
                   visit(8, kContainerPath);
                   visit(9, kPodPath);
                   return {};
                 },
                 [](const std::string&) {}, clock_, PodNaming{[this] { return pod_names_; }}};
  /// What the folders of logs tell.
  PodNames pod_names_;
  std::vector<ServiceRule> rules_;
  ServicesFallback fallback_ = ServicesFallback::kOther;
  Limits limits_;
  WatchOptions watch_;
  ProtocolFlags is_collected_{true, true};
  bool collects_drops_ = true;
  std::optional<double> cpu_budget_ = 0.05;
  std::chrono::nanoseconds cpu_{0};
  /// Half of what each step costs.
  std::chrono::nanoseconds cost_{0};
  std::uint64_t generation_ = 0;
  std::shared_ptr<const ServiceMatcher> matcher_;
  std::unique_ptr<NamespacesCollector> collector_;
  std::string error_;
  /// What is wrong with some namespace.
  std::string lack_;
};

}  // namespace sockdiag::testing
