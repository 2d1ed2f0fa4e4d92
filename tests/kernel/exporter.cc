#include "tests/kernel/exporter.h"

#include "collectors/sockets.h"
#include "netlink/transport.h"
#include "sockets/source/netlink_source.h"
#include "sockets/source/proc_source.h"
#include "sockets/source/sock_diag.h"
#include "sockets/tally/socket_tallies.h"
#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

using testing::FiguresOf;
using testing::NonZero;
using testing::SumOf;

/// Adds the figures of a metric that are not 0, with a word behind their labels.
void Add(const Samples& samples, const Metric& metric, const std::string& word, Counts& counts) {
  for (const auto& [labels, value] : NonZero(FiguresOf(samples, metric))) {
    counts[labels + " " + word] = value;
  }
}

void ExpectConsistent(const Collection& collection) {
  for (const CollectorReport& report : collection.collectors) EXPECT_EQ(report.error, "");
  const Samples& samples = collection.samples;
  EXPECT_EQ(SumOf(samples, SocketsCollector::kDumpErrors), 0);
  for (const Protocol protocol : kProtocols) {
    const std::string name(Name(protocol));
    const double sockets = testing::ValueOf(samples, SocketsCollector::kDumpSockets, name);
    for (const Metric* metric :
         {&FamilyTally::kSockets, &ServiceTally::kServiceSockets, &PortTally::kPortSockets}) {
      EXPECT_EQ(SumOf(samples, *metric, name), sockets) << metric->name;
    }
  }
}

std::unique_ptr<SocketSource> OpenSource(SourceChoice choice, const Clock& clock) {
  if (choice == SourceChoice::kProc) return std::make_unique<ProcSource>(ProcReading{clock});
  return std::make_unique<NetlinkSource>([] { return OpenSockDiag(kDeadline); }, clock);
}

/// What both sources tell.
Counts CommonCounts(const Samples& samples) {
  Counts counts = SocketCounts(samples);
  counts.merge(QueueBytes(samples));
  Add(samples, ListenerTally::kQueueLength, "length", counts);
  Add(samples, UnacceptedTally::kUnacceptedSockets, "unaccepted", counts);
  Add(samples, UnreadTally::kUnreadSockets, "unread", counts);
  return counts;
}

}  // namespace

Config WithoutNumbers() {
  Config config;
  config.services_fallback = ServicesFallback::kOther;
  return config;
}

Exporter::Exporter(const Config& config, std::function<void()> on_sample,
                   const ServicesDatabase& database)
    : pipeline_(
          config, database,
          {.open_source = [this, choice = config.source] { return OpenSource(choice, clock_); },
           .clock = clock_,
           .memory = memory_,
           .on_sample =
               [on_sample](const std::string& error) {
                 EXPECT_EQ(error, "");
                 on_sample();
               },
           .ephemeral_ports = [this] { return ephemeral_ports_.Read(); },
           .open_netlink =
               [](int protocol) { return OpenNetlinkTransport(protocol, kDeadline); }}) {
  pipeline_.TakeEffect();
  if (on_sample) pipeline_.StartSampling();
}

Samples Exporter::Collect() {
  const std::shared_ptr<const Collection> collection = pipeline_.Collect();
  ExpectConsistent(*collection);
  return collection->samples;
}

Counts SocketCounts(const Samples& samples) {
  return NonZero(FiguresOf(samples, FamilyTally::kSockets));
}

Counts ServiceCounts(const Samples& samples) {
  return NonZero(FiguresOf(samples, ServiceTally::kServiceSockets));
}

Counts PortCounts(const Samples& samples) {
  return NonZero(FiguresOf(samples, PortTally::kPortSockets));
}

Counts QueueBytes(const Samples& samples) {
  Counts counts;
  Add(samples, QueueTally::kReceiveQueue, "receive", counts);
  Add(samples, QueueTally::kSendQueue, "send", counts);
  return counts;
}

Counts ListenerCounts(const Samples& samples) {
  Counts counts;
  Add(samples, ListenerTally::kListeners, "listeners", counts);
  Add(samples, ListenerTally::kQueueLength, "length", counts);
  Add(samples, ListenerTally::kQueueLimit, "limit", counts);
  return counts;
}

double Saturation(const Samples& samples) {
  const Counts ratios = FiguresOf(samples, ListenerTally::kSaturation);
  EXPECT_EQ(ratios.size(), 1U);
  return ratios.empty() ? -1 : ratios.begin()->second;
}

Samples CollectWhen(const Counts& expected, const Config& config) {
  const auto collect = [&] { return Exporter(config).Collect(); };
  if (WaitUntil([&] { return SocketCounts(collect()) == expected; })) Pause();
  Samples samples = collect();
  EXPECT_EQ(SocketCounts(samples), expected);
  Config by_proc = config;
  by_proc.source = SourceChoice::kProc;
  EXPECT_EQ(CommonCounts(Exporter(by_proc).Collect()), CommonCounts(samples)) << "/proc";
  return samples;
}

Config WithWebService(std::uint16_t port) {
  const Port web = Port::FromHost(port);
  Config config = WithoutNumbers();
  ServiceRule& rule = config.services.emplace_back();
  rule.name = "web";
  rule.ports = {{web, web}};
  return config;
}

}  // namespace sockdiag::kernel
