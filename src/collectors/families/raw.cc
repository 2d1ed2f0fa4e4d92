#include "collectors/families/raw.h"

#include <array>
#include <string>
#include <vector>

#include "collectors/families/raw_table.h"
#include "proc/proc_table.h"

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

/// The tables of one family.
struct Tables {
  Family family;
  std::string_view raw;
  std::string_view icmp;
};
constexpr std::array kTables{
    Tables{Family::kIpv4, "/thread-self/net/raw", "/thread-self/net/icmp"},
    Tables{Family::kIpv6, "/thread-self/net/raw6", "/thread-self/net/icmp6"}};

/// Reads tables line by line, and notes what is wrong.
class TableReader {
 public:
  explicit TableReader(const std::string& root) : root_(root) {}

  /// Calls `visit(std::uint16_t port)` for each line. Whether there is such a table, and nothing
  /// was wrong with it.
  template <typename Visit>
  bool Read(std::string_view file, const Visit& visit) {
    const auto take = [&](std::string_view line) -> Result<void> {
      const Result<std::uint16_t> port = ParseRawLine(line);
      if (!port) return tl::unexpected(port.error());
      visit(*port);
      return {};
    };
    const Result<bool> read = VisitTableIfAny(root_ + std::string(file), kHeading, take);
    if (!read) errors_.push_back(read.error().message);
    return read && *read;
  }

  [[nodiscard]] Result<void> Check() const {
    return errors_.empty() ? Result<void>() : Fail(Joined(errors_));
  }

 private:
  static constexpr std::string_view kHeading = "local_address";

  const std::string& root_;
  std::vector<std::string> errors_;
};

}  // namespace

std::span<const Metric* const> RawCollector::Metrics() { return kMetrics; }

Result<void> RawCollector::Collect(Findings& findings) {
  TableReader reader(root_);
  for (const Tables& tables : kTables) {
    const std::string_view family = Name(tables.family);
    SeenCounts<std::uint16_t>& counts = counts_[Index(tables.family)];
    counts.Reset();
    if (reader.Read(tables.raw, [&](std::uint16_t protocol) { counts.Add(protocol); })) {
      for (const auto& [protocol, sockets] : counts.counts()) {
        findings.samples.Add(kRawSockets, sockets, family, IpProtocolName(protocol));
      }
    }
    std::uint64_t pings = 0;
    if (reader.Read(tables.icmp, [&](std::uint16_t) { ++pings; })) {
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
