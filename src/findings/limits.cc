#include <array>
#include <optional>
#include <string_view>

#include "findings/causes.h"
#include "findings/words.h"

namespace sockdiag {
namespace {

struct Meaning {
  std::optional<HostFigures::Usage> HostFigures::*usage;
  std::string_view cause;
  std::string_view title;
  std::string_view text;
  /// From these shares of the limit on.
  double least;
  double urgent;
  std::string_view query;
  std::string_view runbook;
};

constexpr std::array kMeanings{
    Meaning{&HostFigures::destination_ports, "ports", "Local ports towards one destination",
            "New connections from one local address to one remote address and port fail when none "
            "is left.",
            0.8, 0.95, "direction=outbound by=destination", "SockdiagEphemeralPortsExhausting"},
    Meaning{&HostFigures::time_wait, "limit", "TIME_WAIT sockets",
            "Beyond tcp_max_tw_buckets the kernel destroys them at once: late packets may then hit "
            "a new connection.",
            0.9, 2, "state=time_wait by=remote", "SockdiagTimeWaitNearLimit"},
    Meaning{&HostFigures::orphans, "limit", "Orphaned TCP sockets",
            "Beyond tcp_max_orphans the kernel resets connections that programs have closed: the "
            "last data is lost.",
            0.8, 0.95, "state=fin_wait1,last_ack,closing by=remote", "SockdiagOrphansNearLimit"},
    Meaning{&HostFigures::tcp_memory, "limit", "Memory of TCP",
            "Near tcp_mem's last figure the kernel drops what comes and sends no more.", 0.8, 0.95,
            "order=recv_queue by=service", "SockdiagTcpMemoryPressure"}};

std::string PercentText(double share) {
  return std::to_string(static_cast<int>(share * 100)) + " %";
}

Finding Describe(const Situation& situation, const Meaning& meaning,
                 const HostFigures::Usage& usage) {
  Finding finding;
  if (usage.Share() >= meaning.urgent) finding.urgency = Finding::Urgency::kUrgent;
  finding.cause = meaning.cause;
  finding.title = meaning.title;
  finding.figure = PercentText(usage.Share());
  finding.beside = "of " + CountText(static_cast<std::uint64_t>(usage.limit));
  finding.text = meaning.text;
  finding.text += SinceText(situation, std::string(meaning.title), meaning.least);
  finding.query = meaning.query;
  finding.runbook = meaning.runbook;
  return finding;
}

}  // namespace

void FindLimits(const Situation& situation, WeighedFindings& found) {
  for (const Meaning& meaning : kMeanings) {
    const auto& usage = situation.figures.*meaning.usage;
    if (!usage || usage->Share() < meaning.least) continue;
    found.push_back(
        {Describe(situation, meaning, *usage), static_cast<std::uint64_t>(usage->used)});
  }
}

void RememberLimits(const HostFigures& figures, std::map<std::string, double>& remembered) {
  for (const Meaning& meaning : kMeanings) {
    const auto& usage = figures.*meaning.usage;
    if (usage) remembered[std::string(meaning.title)] = usage->Share();
  }
}

}  // namespace sockdiag
