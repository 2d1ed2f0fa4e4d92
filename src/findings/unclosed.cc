#include <chrono>
#include <optional>

#include "findings/causes.h"
#include "findings/words.h"

namespace sockdiag {
namespace {

constexpr auto kCloseWait = SocketState::kCloseWait;
constexpr const char* kLeaked = "leak";
constexpr const char* kUnread = "hang";
/// Pools keep a few until they try to use them.
constexpr std::uint64_t kOrdinary = 10;
constexpr std::chrono::minutes kWindow{10};

std::string GrowthText(double growth) {
  return "+" + CountText(static_cast<std::uint64_t>(growth)) + " a minute";
}

Finding Describe(const Situation& situation, const HostFigures::ServiceKey& key,
                 const HostFigures::Service& service) {
  Finding finding;
  const std::string figure = FigureName(kLeaked, key);
  const std::optional<double> growth = situation.history.GrowthPerMinute(figure, kWindow);
  finding.cause = "leak";
  finding.title = "CLOSE_WAIT" + ServiceText(key);
  finding.figure = CountText(service.Leaked());
  finding.text = "The peers have closed, and the program that has these sockets has not.";
  if (growth && *growth >= 1) {
    finding.urgency = Finding::Urgency::kUrgent;
    finding.beside = GrowthText(*growth);
    finding.text += " They become more: a leak, which ends when no file descriptors are left.";
  } else if (growth) {
    finding.beside = "stuck";
    finding.text += " They do not become more: a pool that keeps them, or a leak that rests.";
  } else {
    finding.beside = "stuck";
  }
  finding.text += OldestText(service, kCloseWait);
  finding.text += SinceText(situation, figure, 1);
  finding.text += OwnersText(situation.figures, kCloseWait);
  finding.query = QueryOf(key, kCloseWait);
  finding.runbook = growth && *growth >= 1 ? "SockdiagCloseWaitLeak" : "SockdiagCloseWaitStuck";
  return finding;
}

Finding DescribeHang(const Situation& situation, const HostFigures::ServiceKey& key,
                     const HostFigures::Service& service) {
  Finding finding;
  finding.urgency = Finding::Urgency::kUrgent;
  finding.cause = "hang";
  finding.title = "CLOSE_WAIT" + ServiceText(key);
  finding.figure = CountText(service.unread);
  finding.beside = "not read";
  finding.text =
      "The peers have sent something and closed, and the program reads neither: it hangs or is too "
      "slow.";
  finding.text += OldestText(service, kCloseWait);
  finding.text += SinceText(situation, FigureName(kUnread, key), 1);
  finding.text += OwnersText(situation.figures, kCloseWait);
  finding.query = QueryOf(key, kCloseWait);
  finding.runbook = "SockdiagCloseWaitUnread";
  return finding;
}

}  // namespace

void FindUnclosed(const Situation& situation, WeighedFindings& found) {
  for (const auto& [key, service] : situation.figures.services) {
    if (service.Leaked() > kOrdinary) {
      found.push_back({Describe(situation, key, service), service.Leaked()});
    }
    const bool is_stuck = service.stuck[Index(kCloseWait)] != 0;
    if (service.unread > kOrdinary && is_stuck) {
      found.push_back({DescribeHang(situation, key, service), service.unread});
    }
  }
}

void RememberUnclosed(const HostFigures& figures, std::map<std::string, double>& remembered) {
  for (const auto& [key, service] : figures.services) {
    remembered[FigureName(kLeaked, key)] = static_cast<double>(service.Leaked());
    remembered[FigureName(kUnread, key)] = static_cast<double>(service.unread);
  }
}

}  // namespace sockdiag
