#include "tests/kernel/exporter.h"

#include <string_view>

#include "sockets/source/sock_diag.h"
#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

std::string Join(std::string_view a, std::string_view b, std::string_view c,
                 std::string_view d = {}) {
  std::string text;
  for (const std::string_view word : {a, b, c, d}) {
    if (!text.empty() && !word.empty()) text += ' ';
    text += word;
  }
  return text;
}

std::string Word(const ShownPort& port) {
  return port ? std::to_string(port->Value()) : std::string("other");
}

void Add(Counts& counts, const std::string& key, std::uint64_t value) {
  if (value != 0) counts[key] += value;
}

template <typename Rows>
std::uint64_t Total(const Rows& rows, Protocol protocol) {
  std::uint64_t total = 0;
  for (const auto& row : rows) {
    if (row.protocol == protocol) total += row.sockets;
  }
  return total;
}

void ExpectConsistent(const Collection& collection) {
  for (const CollectorReport& report : collection.collectors) EXPECT_EQ(report.error, "");
  EXPECT_EQ(collection.dumps.size(), kProtocols.size());
  for (const DumpErrorCount& errors : collection.dump_errors) EXPECT_EQ(errors.count, 0U);
  for (const DumpReport& dump : collection.dumps) {
    EXPECT_EQ(Total(collection.snapshot.sockets, dump.protocol), dump.stats.sockets);
    EXPECT_EQ(Total(collection.snapshot.service_sockets, dump.protocol), dump.stats.sockets);
    EXPECT_EQ(Total(collection.snapshot.port_sockets, dump.protocol), dump.stats.sockets);
  }
}

}  // namespace

Exporter::Exporter(const Config& config, std::function<void()> on_sample)
    : pipeline_(config, {},
                {.open_source =
                     [this] {
                       return std::make_unique<NetlinkSource>(
                           [] { return OpenSockDiag(kDeadline); }, clock_);
                     },
                 .clock = clock_,
                 .errors = errors_,
                 .on_sample =
                     [on_sample](const std::string& error) {
                       EXPECT_EQ(error, "");
                       on_sample();
                     },
                 .ephemeral_ports = [this] { return ephemeral_ports_.Read(); }}) {
  if (on_sample) pipeline_.StartSampling();
}

Collection Exporter::Collect() {
  Collection collection = pipeline_.Collect();
  ExpectConsistent(collection);
  return collection;
}

Counts SocketCounts(const Snapshot& snapshot) {
  Counts counts;
  for (const SocketCount& row : snapshot.sockets) {
    Add(counts, Join(Name(row.protocol), Name(row.family), Name(row.state)), row.sockets);
  }
  return counts;
}

Counts ServiceCounts(const Snapshot& snapshot) {
  Counts counts;
  for (const ServiceSocketCount& row : snapshot.service_sockets) {
    Add(counts, Join(Name(row.protocol), row.service_name, Name(row.direction), Name(row.state)),
        row.sockets);
  }
  return counts;
}

Counts PortCounts(const Snapshot& snapshot) {
  Counts counts;
  for (const PortSocketCount& row : snapshot.port_sockets) {
    Add(counts, Join(Name(row.protocol), Word(row.port), Name(row.direction), Name(row.state)),
        row.sockets);
  }
  return counts;
}

Counts QueueBytes(const Snapshot& snapshot) {
  Counts counts;
  for (const ServiceQueues& row : snapshot.service_queues) {
    const std::string key = Join(Name(row.protocol), row.service_name, Name(row.direction));
    Add(counts, key + " receive", row.receive_bytes);
    Add(counts, key + " send", row.send_bytes);
  }
  return counts;
}

Counts ListenerCounts(const Snapshot& snapshot) {
  Counts counts;
  for (const ListenerGroup& row : snapshot.listeners) {
    const std::string key = Join(Name(row.protocol), Word(row.port), row.service_name);
    Add(counts, key + " listeners", row.listeners);
    Add(counts, key + " length", row.queue_length);
    Add(counts, key + " limit", row.queue_limit);
  }
  return counts;
}

Snapshot CollectWhen(const Counts& expected, const Config& config) {
  const auto collect = [&] { return Exporter(config).Collect().snapshot; };
  if (WaitUntil([&] { return SocketCounts(collect()) == expected; })) Pause();
  Snapshot snapshot = collect();
  EXPECT_EQ(SocketCounts(snapshot), expected);
  return snapshot;
}

Config WithWebService(std::uint16_t port) {
  const Port web = Port::FromHost(port);
  Config config;
  ServiceRule& rule = config.services.emplace_back();
  rule.name = "web";
  rule.ports = {{web, web}};
  return config;
}

}  // namespace sockdiag::kernel
