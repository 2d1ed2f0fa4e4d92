#include "tests/support/sample_exposition.h"

#include "collectors/collection_run.h"
#include "collectors/socket_collector.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_source.h"
#include "tests/support/records.h"
#include "tests/support/run_here.h"

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

WatchOptions Watched() {
  WatchOptions options;
  options.states = {SocketState::kSynSent, SocketState::kCloseWait};
  options.stuck_after[Index(SocketState::kCloseWait)] = std::chrono::minutes(1);
  options.max_tracked_sockets = 1;
  return options;
}

KernelLimits SampleLimits() { return {131072, 3, 65536, 40960, 1e6, 2e6, 3e6, 4096, 512}; }

}  // namespace

Exposition SampleExposition() {
  FakeClock clock;
  FakeSource source(clock);
  const ServiceMatcher matcher(Rules(), {{{Protocol::kTcp, Port::FromHost(443)}, "https"}});
  Limits limits;
  limits.ports = 1;
  DumpErrors errors;
  StateWatch watch(Watched(), clock);
  std::vector<std::unique_ptr<Collector>> collectors;
  for (const Protocol protocol : kProtocols) {
    collectors.push_back(std::make_unique<SocketCollector>(
        protocol, source, matcher, [] { return EphemeralPorts(); },
        protocol == Protocol::kTcp ? &watch : nullptr, errors, clock));
  }
  CollectionRun run(std::move(collectors), SnapshotBuilder(matcher, limits, watch.states()), &watch,
                    errors, clock, RunHere);

  source.tables[Protocol::kUdp].error = DumpError{DumpErrorReason::kOverrun, "answers were lost"};
  static_cast<void>(run.Collect());
  source.tables[Protocol::kUdp] = {{Udp("0.0.0.0:53"), Udp("10.0.0.1:40000", "10.0.0.2:53")}, {}};
  source.tables[Protocol::kTcp].records = TcpSockets();
  static_cast<void>(run.Collect());
  clock.Advance(std::chrono::seconds(90));
  Exposition exposition;
  exposition.collection = run.Collect();
  exposition.collection.kernel_limits = SampleLimits();
  exposition.collection.sampling_interval_seconds = 5;
  exposition.process = {1.5, 8e6, 3e7, 9, 1024, 1.7e9, ""};
  exposition.build = {"1.2.3", "abcdef", "GNU 12.2.0"};
  exposition.reloads = {{true, 1.7e9}, ReloadStatus{false, 1.6e9}};
  return exposition;
}

}  // namespace sockdiag::testing
