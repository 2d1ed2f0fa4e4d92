#include "collectors/families/sctp.h"

#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <unordered_set>

#include "collectors/families/inet_family_diag.h"
#include "collectors/families/sctp_diag.h"

namespace sockdiag {
namespace {

constexpr Metric kSockets{"sockdiag_sctp_sockets",
                          kGauge,
                          {"family", "state"},

                          "SCTP sockets."};
constexpr Metric kAssociations{"sockdiag_sctp_associations",
                               kGauge,
                               {"family", "state"},
                               "SCTP associations, those that no accept() has taken among them."};
constexpr std::array kMetrics{&kSockets, &kAssociations};

class SctpTally final : public MessageSink {
 public:
  SctpTally(SctpCollector::Counts& sockets, SctpCollector::Counts& associations)
      : sockets_(sockets), associations_(associations) {}

  DumpResult<void> Add(const NetlinkMessage& message) override {
    const DumpResult<SctpRecord> record = DecodeSctpDiag(message.payload);
    if (!record) return tl::unexpected(record.error());
    const std::pair key(record->family, SctpStateName(*record));
    if (record->is_association) {
      associations_.Add(key);
    } else if (seen_.insert(record->cookie).second) {
      sockets_.Add(key);
    }
    return {};
  }

 private:
  SctpCollector::Counts& sockets_;
  SctpCollector::Counts& associations_;
  /// Cookies of sockets: Linux 6.12 lists a listener that has associations once among all, and
  /// once more before these.
  std::unordered_set<std::uint64_t> seen_;
};

void Show(const Metric& metric, const SctpCollector::Counts& counts, Samples& samples) {
  for (const auto& [key, count] : counts.counts()) {
    samples.Add(metric, count, Name(key.first), key.second);
  }
}

}  // namespace

std::span<const Metric* const> SctpCollector::Metrics() { return kMetrics; }

Result<void> SctpCollector::Collect(Findings& findings) {
  sockets_.Reset();
  associations_.Reset();
  SctpTally tally(sockets_, associations_);
  for (const Family family : kFamilies) {
    const Result<bool> walked = dump_.Walk(InetFamilyRequest(family, IPPROTO_SCTP), tally);
    if (!walked) return tl::unexpected(walked.error());
    dump_.TellLack(findings);
    if (!*walked) return {};
  }
  Show(kSockets, sockets_, findings.samples);
  Show(kAssociations, associations_, findings.samples);
  return {};
}

}  // namespace sockdiag
