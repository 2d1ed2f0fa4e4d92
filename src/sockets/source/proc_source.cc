#include "sockets/source/proc_source.h"

#include <optional>
#include <string_view>

#include "proc/proc_table.h"
#include "sockets/source/proc_codec.h"

namespace sockdiag {

DumpResult<DumpStats> ProcSource::Dump(Protocol protocol, const WantedSockets& wanted,
                                       SocketSink& sink) {
  DumpResult<DumpStats> stats = protocol == Protocol::kTcp
                                    ? DumpTcp(wanted.states, sink)
                                    : udp_limit_.Apply([&](const ReadCheck& check) {
                                        return DumpUdp(wanted.states, check, sink);
                                      });
  if (stats) stats->source = SourceKind::kProc;
  return stats;
}

/// Each table has its listeners first, and those of both come before all other sockets: the IPv4
/// table is read when the IPv6 one has come to the end of its listeners.
DumpResult<DumpStats> ProcSource::DumpTcp(StateSet states, SocketSink& sink) const {
  DumpStats stats;
  const auto give = [&](const SocketRecord& record) -> DumpResult<void> {
    if (!states.Contains(record.state)) return {};
    ++stats.sockets;
    sink.Add(record);
    return {};
  };
  std::optional<DumpResult<void>> ipv4;
  const auto read_ipv4 = [&] {
    if (!ipv4) ipv4 = VisitTable(Protocol::kTcp, Family::kIpv4, give, stats);
    return *ipv4;
  };
  const auto give_ipv6 = [&](const SocketRecord& record) {
    if (IsListening(record)) return give(record);
    return read_ipv4().and_then([&] { return give(record); });
  };
  return VisitTable(Protocol::kTcp, Family::kIpv6, give_ipv6, stats).and_then(read_ipv4).map([&] {
    return stats;
  });
}

/// They come in no order: the tables are read once more where there are connected ones.
DumpResult<DumpStats> ProcSource::DumpUdp(StateSet states, const ReadCheck& check,
                                          SocketSink& sink) const {
  DumpStats stats;
  bool has_others = true;
  for (const StateSet wanted : states.SplitBy(SocketState::kUnconnected)) {
    if (wanted.IsEmpty() || !has_others) continue;
    has_others = false;
    const auto give = [&](const SocketRecord& record) -> DumpResult<void> {
      if (!wanted.Contains(record.state)) {
        has_others = true;
        return {};
      }
      ++stats.sockets;
      sink.Add(record);
      return {};
    };
    for (const Family family : kFamilies) {
      const DumpResult<void> read = VisitTable(Protocol::kUdp, family, give, stats, check);
      if (!read) return tl::unexpected(read.error());
    }
  }
  return stats;
}

std::string ProcSource::Path(Protocol protocol, Family family) const {
  return root_ + "/thread-self/net/" + std::string(Name(protocol)) +
         (family == Family::kIpv6 ? "6" : "");
}

DumpResult<void> ProcSource::VisitTable(Protocol protocol, Family family, const Visit& visit,
                                        DumpStats& stats, const ReadCheck& check) const {
  constexpr std::string_view kHeading = "local_address";
  const std::string path = Path(protocol, family);
  std::optional<DumpError> error;
  const auto take = [&](std::string_view line) -> Result<void> {
    stats.bytes += line.size() + 1;
    const Result<SocketRecord> record = DecodeProcLine(protocol, family, line);
    if (!record) {
      error = {DumpErrorReason::kMalformed, path + ": " + record.error().message};
    } else if (const DumpResult<void> visited = visit(*record); !visited) {
      error = visited.error();
    }
    return error ? Fail(error->message) : Result<void>();
  };
  const Result<bool> read = VisitTableIfAny(path, kHeading, take, check);
  if (error) return tl::unexpected(*error);
  if (!read) return FailDump(DumpErrorReason::kReceive, read.error().message);
  if (*read || family == Family::kIpv6) return {};
  return FailDump(DumpErrorReason::kOpen, path + ": there is no such table");
}

}  // namespace sockdiag
