#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "collectors/conntrack.h"
#include "collectors/families/netlink.h"
#include "collectors/families/netlink_table.h"
#include "collectors/families/other.h"
#include "collectors/families/protocols_table.h"
#include "collectors/families/raw.h"
#include "collectors/families/raw_table.h"
#include "collectors/kernel_limits.h"
#include "collectors/process.h"
#include "collectors/protocols.h"
#include "proc/inet_line.h"
#include "proc/proc_files.h"
#include "proc/protocol_counters.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/source/proc_codec.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/proc_root.h"

namespace sockdiag::fuzz {
namespace {

/// No parser makes up a number: each one that comes out stands in the text.
void ExpectInText(std::string_view text, std::uint64_t number) {
  Expect(text.find(std::to_string(number)) != std::string_view::npos);
}

void ExpectInText(std::string_view text, const PortRange& range) {
  Expect(range.first <= range.last);
  ExpectInText(text, range.first.Value());
  ExpectInText(text, range.last.Value());
}

void ReadPortRange(std::string_view text) {
  const auto range = ParsePortRangeSysctl(text);
  range ? ExpectInText(text, *range) : ExpectOneLine(range.error());
}

void ReadReservedPorts(std::string_view text) {
  const auto reserved = ParseReservedPorts(text);
  if (!reserved) return ExpectOneLine(reserved.error());
  for (const PortRange& range : *reserved) ExpectInText(text, range);
}

/// Without its sign, behind which zeros may stand; as far as a double holds every integer.
void ExpectInText(std::string_view text, double number) {
  constexpr double kExact = 1ULL << std::numeric_limits<double>::digits;
  if (std::abs(number) < kExact) ExpectInText(text, static_cast<std::uint64_t>(std::abs(number)));
}

void ReadSockstat(std::string_view text) {
  for (const std::string_view key : {"orphan", "mem", "inuse", ""}) {
    const Result<std::optional<double>> value = SockstatTcpField(text, key);
    if (!value) return ExpectOneLine(value.error());
    if (*value) ExpectInText(text, **value);
  }
}

void ReadIntegers(std::string_view text) {
  for (const std::size_t count : {1U, 3U}) {
    const auto integers = ParseIntegers(text, count);
    if (!integers) {
      ExpectOneLine(integers.error());
      continue;
    }
    Expect(integers->size() == count);
    for (const double integer : *integers) ExpectInText(text, integer);
  }
}

void ReadProcessStat(std::string_view text) {
  const Result<ProcStat> stat = ParseProcStat(text);
  if (!stat) return ExpectOneLine(stat.error());
  ExpectInText(text, stat->start_ticks);
  ExpectInText(text, stat->virtual_bytes);
  ExpectInText(text, stat->resident_pages);
}

/// The longest run of digits.
std::size_t MostDigits(std::string_view text) {
  std::size_t most = 0;
  std::size_t run = 0;
  for (const char letter : text) {
    run = letter >= '0' && letter <= '9' ? run + 1 : 0;
    most = std::max(most, run);
  }
  return most;
}

/// Every file holds the same text; whatever is wrong with that, it is told in one line.
Samples CollectFrom(Collector&& collector) {
  Findings findings;
  const Result<void> result = collector.Collect(findings);
  if (!result) ExpectOneLine(result.error());
  return std::move(findings.samples);
}

/// Of the collectors of whole files.
void ReadFiles(std::string_view text) {
  static ProcRoot root;
  root.Write(text);
  const Samples limits = CollectFrom(KernelLimitsCollector(root.path()));
  static_cast<void>(CollectFrom(ConntrackCollector(root.path())));
  static_cast<void>(CollectFrom(ProtocolsCollector(/*shows_raw=*/true, root.path())));
  const SystemClock clock;
  const ProcReading reading{.clock = clock, .root = root.path()};
  static_cast<void>(CollectFrom(RawCollector(reading)));
  static_cast<void>(CollectFrom(OtherCollector(reading)));
  SocketDrops<std::uint32_t> drops;
  static_cast<void>(CollectFrom(NetlinkCollector(drops, reading)));
  const double most = std::pow(10, static_cast<double>(MostDigits(text)));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  for (const auto& family : limits.families()) {
    const double unit = family.name.find("_bytes") == std::string::npos ? 1 : page;
    for (const auto& sample : family.metric) Expect(std::abs(sample.gauge.value) <= most * unit);
  }
}

void ReadProtocolCounters(std::string_view text) {
  for (const auto parse : {ParseProtocolTable, ParseProtocolList}) {
    const Result<std::vector<ProtocolCounter>> counters = parse(text);
    if (!counters) {
      ExpectOneLine(counters.error());
      continue;
    }
    for (const ProtocolCounter& counter : *counters) {
      Expect(text.find(counter.group) != std::string_view::npos);
      Expect(text.find(counter.name) != std::string_view::npos);
      ExpectInText(text, counter.value);
    }
  }
}

void ReadConntrackStat(std::string_view text) {
  const Result<ConntrackDrops> drops = ParseConntrackStat(text);
  if (!drops) ExpectOneLine(drops.error());
}

/// Tables that are read line by line.
void ReadTableLines(std::string_view text) {
  const Result<NetlinkSocket> socket = ParseNetlinkLine(text);
  if (socket) {
    ExpectInText(text, std::uint64_t{socket->protocol});
    ExpectInText(text, std::uint64_t{socket->drops});
    Expect(!NetlinkProtocolName(socket->protocol).empty());
  } else {
    ExpectOneLine(socket.error());
  }
  const Result<SocketKind> kind = ParseProtocolsLine(text);
  if (kind) {
    Expect(text.find(kind->name) != std::string_view::npos);
    ExpectInText(text, static_cast<double>(kind->sockets));
  } else {
    ExpectOneLine(kind.error());
  }
  const Result<std::uint16_t> port = ParseRawLine(text);
  port ? Expect(!IpProtocolName(*port).empty()) : ExpectOneLine(port.error());
}

/// Of each table; whatever comes out, no column is more than the text can say.
void ReadSocketLines(std::string_view text) {
  const Result<InetLine> line = ParseInetLine(text);
  if (line) {
    ExpectInText(text, line->inode);
    Expect(line->rest.size() < text.size());
  } else {
    ExpectOneLine(line.error());
  }
  for (const Protocol protocol : kProtocols) {
    for (const Family family : kFamilies) {
      const Result<SocketRecord> record = DecodeProcLine(protocol, family, text);
      if (!record) {
        ExpectOneLine(record.error());
        continue;
      }
      Expect(line.has_value() && record->family == family && record->protocol == protocol);
      Expect(record->has_inode == (line->inode != 0));
      Expect(family == Family::kIpv6 || record->local.address.IsIpv4());
    }
  }
}

using Parser = void (*)(std::string_view);
constexpr std::array<Parser, 10> kParsers{
    ReadPortRange, ReadReservedPorts,    ReadSockstat,      ReadProcessStat, ReadIntegers,
    ReadFiles,     ReadProtocolCounters, ReadConntrackStat, ReadTableLines,  ReadSocketLines};

}  // namespace
}  // namespace sockdiag::fuzz

/// Any text as a file of /proc; the first byte says which, as a digit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sockdiag::fuzz;
  RunParser(kParsers, data, size);
  return 0;
}
