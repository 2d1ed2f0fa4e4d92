#include "tests/app/sample_collection.h"

#include "app/pipeline.h"
#include "app/self_samples.h"
#include "collectors/owners_by_name.h"
#include "tests/app/fake_pipeline.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_source.h"
#include "tests/support/records.h"

namespace sockdiag::testing {
namespace {

std::vector<ServiceRule> Rules() {
  ServiceRule database;
  database.name = "postgres \"primary\"";
  database.direction = Direction::kOutbound;
  database.ports = {{Port::FromHost(5432), Port::FromHost(5432)}};
  return {database};
}

constexpr std::uint64_t kNginx = 7;
constexpr std::uint64_t kBilling = 8;
constexpr std::uint64_t kCart = 9;
constexpr const char* kCartUid = "1a3e41ec-a00b-4e2d-9c77-31cb00000001";

Result<void> VisitCgroups(const CgroupVisitor& visit) {
  visit(kNginx, "/system.slice/nginx.service");
  visit(kBilling, "/system.slice/billing \"eu\".service");
  visit(kCart, std::string("/kubepods/pod") + kCartUid);
  return {};
}

PodNames NamesOfPods() {
  PodNames names;
  names.pods[kCartUid] = {"shop", "cart-4"};
  return names;
}

SocketRecord In(std::uint64_t cgroup, SocketRecord record) {
  record.cgroup_id = cgroup;
  return record;
}

SocketRecord WithCookie(SocketRecord record, std::uint64_t cookie) {
  record.cookie = cookie;
  return record;
}

std::vector<SocketRecord> TcpSockets() {
  SocketRecord unread = Tcp(SocketState::kEstablished, "10.0.0.1:443", "10.0.0.9:50000");
  unread.receive_queue = 1000;
  SocketRecord unsent = Tcp(SocketState::kEstablished, "10.0.0.1:40000", "10.0.0.5:5432");
  unsent.send_queue = 234;
  return {
      In(kNginx, Listener("0.0.0.0:443", 64, 128)),
      In(kNginx, Listener("[::]:443", 3, 128)),
      Listener("0.0.0.0:22"),
      unread,
      Tcp(SocketState::kTimeWait, "[2001:db8::1]:443", "[2001:db8::2]:50001"),
      unsent,
      In(kBilling, WithCookie(Tcp(SocketState::kCloseWait, "10.0.0.1:40001", "10.0.0.5:5432"), 1)),
      WithCookie(Tcp(SocketState::kCloseWait, "10.0.0.1:40003", "10.0.0.5:5432"), 2),
      Tcp(SocketState::kUnknown, "10.0.0.1:40002", "10.0.0.6:9999")};
}

Config SampleConfig() {
  Config config;
  KeepOnlySockets(config);
  config.services = Rules();
  config.limits.ports = 1;
  config.sampling.interval = std::chrono::milliseconds(0);
  config.sampling.watched_states = {SocketState::kSynSent, SocketState::kCloseWait};
  config.sampling.max_tracked_sockets = 1;
  return config;
}

/// In the place of what this host would say; 1 for the others.
struct MadeUp {
  std::string_view metric;
  double value;
  std::string_view label = "";
};
constexpr MadeUp kMadeUp[] = {{"sockdiag_tcp_time_wait_limit", 131072},
                              {"sockdiag_tcp_time_wait_entries", 20},
                              {"sockdiag_tcp_orphans", 3},
                              {"sockdiag_tcp_orphans_limit", 65536},
                              {"sockdiag_tcp_memory_bytes", 40960},
                              {"sockdiag_tcp_memory_limit_bytes", 1e6, "min"},
                              {"sockdiag_tcp_memory_limit_bytes", 2e6, "pressure"},
                              {"sockdiag_tcp_memory_limit_bytes", 3e6, "max"},
                              {"sockdiag_somaxconn", 4096},
                              {"sockdiag_tcp_max_syn_backlog", 512},
                              {"sockdiag_namespaces", 12, "dumped"},
                              {"sockdiag_namespaces", 3, "stale"},
                              {"sockdiag_namespaces_oldest_age_seconds", 45},
                              {"sockdiag_tcp_segments_total", 500, "received"},
                              {"sockdiag_tcp_segments_total", 400, "sent"},
                              {"process_cpu_seconds_total", 1.5},
                              {"process_resident_memory_bytes", 8e6},
                              {"process_virtual_memory_bytes", 3e7},
                              {"process_open_fds", 9},
                              {"process_max_fds", 1024},
                              {"process_start_time_seconds", 1.7e9}};

/// What is not in the list is 1, with the names of its labels as their values.
void MakeUp(const Metric& metric, Samples& samples) {
  for (const auto& [name, value, label] : kMadeUp) {
    if (name != metric.name) continue;
    label.empty() ? samples.Add(metric, value) : samples.Add(metric, value, label);
  }
  if (samples.Has(metric)) return;
  const auto& [first, second, third, fourth, fifth, sixth] = metric.labels;
  if (first.empty()) return samples.Add(metric, 1);
  if (second.empty()) return samples.Add(metric, 1, first);
  if (third.empty()) return samples.Add(metric, 1, first, second);
  if (fourth.empty()) return samples.Add(metric, 1, first, second, third);
  samples.Add(metric, 1, first, second, third, fourth);
}

void ShowRest(Samples& samples) {
  samples.Add(Sampler::kSamplingInterval, 5);
  // Shown where other namespaces are collected.
  for (const Metric* metric :
       {&OwnersByName::kListenDrops, &OwnersByName::kReceiveDrops, &OwnersByName::kRetransmits}) {
    samples.Add(*metric, 7, "unit", "nginx.service");
  }
  for (const CollectorEntry& entry : AllCollectors()) {
    for (const Metric* metric : entry.metrics) MakeUp(*metric, samples);
  }
  SelfSamples::Show({{true, 1.7e9}, ReloadStatus{false, 1.6e9}}, kSampleBuild, samples);
}

}  // namespace

std::shared_ptr<const Collection> SampleCollection() {
  FakeClock clock;
  FakeSource source(clock);
  SocketMemory memory(clock);
  Owners owners(
      VisitCgroups, [](const std::string&) {}, clock,
      PodNaming{NamesOfPods, [](const std::string&) {}});
  const auto pipeline = FakePipeline(
      SampleConfig(), {{{Protocol::kTcp, Port::FromHost(443)}, "https"}},
      [&] { return std::make_unique<BorrowedSource>(source); }, clock, memory, ShowRest, &owners);
  pipeline->TakeEffect();
  source.tables[Protocol::kUdp].error = DumpError{DumpErrorReason::kOverrun, "answers were lost"};
  static_cast<void>(pipeline->Collect());
  source.tables[Protocol::kUdp] = {
      {In(kCart, Udp("0.0.0.0:53")), Udp("10.0.0.1:40000", "10.0.0.2:53")}, {}};
  source.tables[Protocol::kTcp].records = TcpSockets();
  static_cast<void>(pipeline->Collect());
  clock.Advance(std::chrono::seconds(90));
  return pipeline->Collect();
}

}  // namespace sockdiag::testing
