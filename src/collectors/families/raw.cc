#include "collectors/families/raw.h"

#include <array>
#include <string>
#include <vector>

#include "collectors/families/raw_table.h"

namespace sockdiag {
namespace {

constexpr Metric kRawSockets{"sockdiag_raw_sockets",
                             kGauge,
                             {"family", "ip_protocol"},
                             "Raw IP sockets, by the IP protocol that they were opened for."};
constexpr Metric kIcmpSockets{"sockdiag_icmp_sockets",
                              kGauge,
                              {"family"},
                              "Ping sockets: datagram sockets of ICMP, bound or used once."};
constexpr std::array kMetrics{&kRawSockets, &kIcmpSockets};

constexpr std::string_view kHeading = "local_address";

/// Reads tables line by line, and notes what is wrong.
class TableReader {
 public:
  /// Calls `visit(std::uint16_t port)` for each line. Whether there is such a table, and nothing
  /// was wrong with it.
  template <typename Visit>
  bool Read(FamilyTable& table, const Visit& visit) {
    const auto take = [&](std::string_view line) -> Result<void> {
      const Result<std::uint16_t> port = ParseRawLine(line);
      if (!port) return tl::unexpected(port.error());
      visit(*port);
      return {};
    };
    std::string lack;
    const Result<bool> read = table.Visit(take, lack);
    if (!read) errors_.push_back(read.error().message);
    return read && *read;
  }

  [[nodiscard]] Result<void> Check() const {
    return errors_.empty() ? Result<void>() : Fail(Joined(errors_));
  }

 private:
  std::vector<std::string> errors_;
};

}  // namespace

std::span<const Metric* const> RawCollector::Metrics() { return kMetrics; }

RawCollector::RawCollector(const ProcReading& reading)
    : root_(reading.root),
      tables_{Tables{{reading, "raw", kHeading}, {reading, "icmp", kHeading}, {}},
              Tables{{reading, "raw6", kHeading}, {reading, "icmp6", kHeading}, {}}} {}

Result<void> RawCollector::Collect(Findings& findings) {
  TableReader reader;
  for (const Family of : kFamilies) {
    const std::string_view family = Name(of);
    auto& [raw, icmp, counts] = tables_[Index(of)];
    counts.Reset();
    if (reader.Read(raw, [&counts = counts](std::uint16_t protocol) { counts.Add(protocol); })) {
      for (const auto& [protocol, sockets] : counts.counts()) {
        findings.samples.Add(kRawSockets, sockets, family, IpProtocolName(protocol));
      }
    }
    std::uint64_t pings = 0;
    if (reader.Read(icmp, [&](std::uint16_t) { ++pings; })) {
      findings.samples.Add(kIcmpSockets, pings, family);
    }
  }
  Result<void> read = reader.Check();
  if (read && findings.samples.families().empty()) {
    findings.lack = root_ + " has no tables of raw sockets";
  }
  return read;
}

}  // namespace sockdiag
