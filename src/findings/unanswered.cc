#include <array>
#include <string_view>

#include "findings/causes.h"
#include "findings/words.h"

namespace sockdiag {
namespace {

/// What it means that sockets stay in a state.
struct Meaning {
  SocketState state;
  std::string_view cause;
  std::string_view title;
  std::string_view text;
  /// Fewer are of every day's; from so many on it is urgent.
  std::uint64_t least;
  std::uint64_t urgent;
  std::string_view runbook;
};

constexpr std::array kMeanings{
    Meaning{SocketState::kSynSent, "no answer", "SYN_SENT",
            "Connections that nobody answers, not even with a reset: dropped on the way, or the "
            "host is gone.",
            1, 10, "SockdiagSynSentStuck"},
    Meaning{SocketState::kSynRecv, "unfinished", "SYN_RECV",
            "Our answers to clients are not confirmed: they are lost on the way, or addresses are "
            "forged as in a SYN flood.",
            10, 100, "SockdiagSynRecvFlood"},
    Meaning{SocketState::kFinWait1, "no answer", "FIN_WAIT1",
            "The peers do not confirm that we closed: they are gone, or take no data.", 10, 1000,
            "SockdiagCloseUnanswered"},
    Meaning{SocketState::kLastAck, "no answer", "LAST_ACK",
            "The peers closed first and do not confirm that we did: they are gone.", 10, 1000,
            "SockdiagCloseUnanswered"},
    Meaning{SocketState::kClosing, "no answer", "CLOSING",
            "Both ends closed at once, and the peers do not confirm it: they are gone.", 10, 1000,
            "SockdiagCloseUnanswered"}};

std::string FigureOf(const Meaning& meaning, const HostFigures::ServiceKey& key) {
  return FigureName(std::string(meaning.title), key);
}

Finding Describe(const Situation& situation, const Meaning& meaning,
                 const HostFigures::ServiceKey& key, const HostFigures::Service& service) {
  Finding finding;
  const std::uint64_t stuck = service.stuck[Index(meaning.state)];
  if (stuck >= meaning.urgent) finding.urgency = Finding::Urgency::kUrgent;
  finding.cause = meaning.cause;
  finding.title = std::string(meaning.title) + ServiceText(key);
  finding.figure = CountText(stuck);
  finding.beside = "stuck";
  finding.text = meaning.text;
  finding.text += OldestText(service, meaning.state);
  finding.text += SinceText(situation, FigureOf(meaning, key), 1);
  finding.text += OwnersText(situation.figures, meaning.state);
  finding.query = QueryOf(key, meaning.state);
  finding.runbook = meaning.runbook;
  return finding;
}

}  // namespace

void FindUnanswered(const Situation& situation, WeighedFindings& found) {
  for (const auto& [key, service] : situation.figures.services) {
    for (const Meaning& meaning : kMeanings) {
      const std::uint64_t stuck = service.stuck[Index(meaning.state)];
      if (stuck < meaning.least) continue;
      found.push_back({Describe(situation, meaning, key, service), stuck});
    }
  }
}

void RememberUnanswered(const HostFigures& figures, std::map<std::string, double>& remembered) {
  for (const auto& [key, service] : figures.services) {
    for (const Meaning& meaning : kMeanings) {
      remembered[FigureOf(meaning, key)] = static_cast<double>(service.stuck[Index(meaning.state)]);
    }
  }
}

}  // namespace sockdiag
