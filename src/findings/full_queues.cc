#include "findings/causes.h"
#include "findings/words.h"

namespace sockdiag {
namespace {

constexpr const char* kFigure = "queue";
/// From which on it is worth a look.
constexpr double kNearlyFull = 0.75;

/// One more than the backlog may wait, so it takes nobody more above 1; with a backlog of 0, at 1.
bool IsFull(const HostFigures::Listener& listener) {
  return listener.saturation > 1 || (listener.backlog == 0 && listener.saturation >= 1);
}

std::string GivenUpText(const HostFigures& figures, const HostFigures::ListenerKey& key) {
  const auto service = figures.services.find({key.scope, key.service, Direction::kInbound});
  if (service == figures.services.end() || service->second.unaccepted_close_wait == 0) return "";
  const std::uint64_t all = service->second.sockets[Index(SocketState::kCloseWait)];
  return " Of " + CountText(all) + " CLOSE_WAIT sockets of " + key.service + ", " +
         CountText(service->second.unaccepted_close_wait) +
         " lie in such a queue: their clients have given up.";
}

Finding Describe(const Situation& situation, const HostFigures::ListenerKey& key,
                 const HostFigures::Listener& listener) {
  Finding finding;
  const bool is_full = IsFull(listener);
  finding.urgency = is_full ? Finding::Urgency::kUrgent : Finding::Urgency::kLookAt;
  finding.cause = "full";
  finding.title = "Accept queue of " + ListenerText(key);
  finding.figure = CountText(listener.waiting);
  finding.beside = "of " + CountText(listener.backlog);
  finding.text = is_full ? "The program does not accept, and new connections are dropped."
                         : "The program accepts more slowly than connections come.";
  if (listener.drops != 0) {
    finding.text += " The port has dropped " + CountText(listener.drops) +
                    " connections while this exporter watched.";
  }
  finding.text += GivenUpText(situation.figures, key);
  finding.text += SinceText(situation, FigureName(kFigure, key), kNearlyFull);
  if (key.port != "other") finding.query = "port=" + key.port + " accepted=no by=remote";
  finding.runbook = "SockdiagAcceptQueueSaturated";
  return finding;
}

}  // namespace

void FindFullQueues(const Situation& situation, WeighedFindings& found) {
  for (const auto& [key, listener] : situation.figures.listeners) {
    if (listener.saturation < kNearlyFull) continue;
    // Backlogs of a few fill in ordinary bursts.
    const bool is_burst = !IsFull(listener) && listener.waiting < 10;
    if (!is_burst) found.push_back({Describe(situation, key, listener), listener.waiting});
  }
}

void RememberQueues(const HostFigures& figures, std::map<std::string, double>& remembered) {
  for (const auto& [key, listener] : figures.listeners) {
    remembered[FigureName(kFigure, key)] = listener.saturation;
  }
}

}  // namespace sockdiag
