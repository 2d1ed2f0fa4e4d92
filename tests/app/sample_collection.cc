#include "tests/app/sample_collection.h"

#include "app/pipeline.h"
#include "app/self_samples.h"
#include "collectors/kernel_limits_collector.h"
#include "collectors/process.h"
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

SocketRecord WithCookie(SocketRecord record, std::uint64_t cookie) {
  record.cookie = cookie;
  return record;
}

std::vector<SocketRecord> TcpSockets() {
  SocketRecord unread = Tcp(SocketState::kEstablished, "10.0.0.1:443", "10.0.0.9:50000");
  unread.receive_queue = 1000;
  SocketRecord unsent = Tcp(SocketState::kEstablished, "10.0.0.1:40000", "10.0.0.5:5432");
  unsent.send_queue = 234;
  return {Listener("0.0.0.0:443", 64, 128),
          Listener("[::]:443", 3, 128),
          Listener("0.0.0.0:22"),
          unread,
          Tcp(SocketState::kTimeWait, "[2001:db8::1]:443", "[2001:db8::2]:50001"),
          unsent,
          WithCookie(Tcp(SocketState::kCloseWait, "10.0.0.1:40001", "10.0.0.5:5432"), 1),
          WithCookie(Tcp(SocketState::kCloseWait, "10.0.0.1:40003", "10.0.0.5:5432"), 2),
          Tcp(SocketState::kUnknown, "10.0.0.1:40002", "10.0.0.6:9999")};
}

Config SampleConfig() {
  Config config;
  for (const char* collector : {"kernel_limits", "process"}) {
    config.collectors.Set(collector, false);
  }
  config.services = Rules();
  config.limits.ports = 1;
  config.sampling.interval = std::chrono::milliseconds(0);
  config.sampling.watched_states = {SocketState::kSynSent, SocketState::kCloseWait};
  config.sampling.max_tracked_sockets = 1;
  return config;
}

/// What depends on this host, made up.
void ShowRest(Samples& samples) {
  samples.Add(Sampler::kSamplingInterval, 5);
  using Limits = KernelLimitsCollector;
  samples.Add(Limits::kTimeWaitLimit, 131072);
  samples.Add(Limits::kOrphans, 3);
  samples.Add(Limits::kOrphansLimit, 65536);
  samples.Add(Limits::kMemory, 40960);
  samples.Add(Limits::kMemoryLimit, 1e6, "min");
  samples.Add(Limits::kMemoryLimit, 2e6, "pressure");
  samples.Add(Limits::kMemoryLimit, 3e6, "max");
  samples.Add(Limits::kSomaxconn, 4096);
  samples.Add(Limits::kMaxSynBacklog, 512);
  samples.Add(ProcessCollector::kCpu, 1.5);
  samples.Add(ProcessCollector::kResident, 8e6);
  samples.Add(ProcessCollector::kVirtual, 3e7);
  samples.Add(ProcessCollector::kOpenFds, 9);
  samples.Add(ProcessCollector::kMaxFds, 1024);
  samples.Add(ProcessCollector::kStart, 1.7e9);
  SelfSamples::Show({{true, 1.7e9}, ReloadStatus{false, 1.6e9}}, kSampleBuild, samples);
}

}  // namespace

std::shared_ptr<const Collection> SampleCollection() {
  FakeClock clock;
  FakeSource source(clock);
  SocketMemory memory(clock);
  const auto pipeline = FakePipeline(
      SampleConfig(), {{{Protocol::kTcp, Port::FromHost(443)}, "https"}},
      [&] { return std::make_unique<BorrowedSource>(source); }, clock, memory, ShowRest);
  pipeline->TakeEffect();
  source.tables[Protocol::kUdp].error = DumpError{DumpErrorReason::kOverrun, "answers were lost"};
  static_cast<void>(pipeline->Collect());
  source.tables[Protocol::kUdp] = {{Udp("0.0.0.0:53"), Udp("10.0.0.1:40000", "10.0.0.2:53")}, {}};
  source.tables[Protocol::kTcp].records = TcpSockets();
  static_cast<void>(pipeline->Collect());
  clock.Advance(std::chrono::seconds(90));
  return pipeline->Collect();
}

}  // namespace sockdiag::testing
