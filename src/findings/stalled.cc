#include <array>
#include <string_view>

#include "findings/causes.h"
#include "findings/words.h"
#include "inspect/query.h"
#include "model/stall_reason.h"

namespace sockdiag {
namespace {

struct Meaning {
  StallReason reason;
  std::string_view title;
  std::string_view text;
  /// Fewer are of every day's.
  std::uint64_t least;
};

constexpr std::array kMeanings{
    Meaning{StallReason::kRetransmitting, "Retransmits",
            "What was sent is not acknowledged and sent again: packets are lost on the way, or the "
            "peer is gone.",
            10},
    Meaning{StallReason::kZeroWindow, "No window",
            "The peers take nothing more for now: their programs do not read.", 5},
    Meaning{StallReason::kKeepaliveUnanswered, "Keepalives",
            "Idle connections whose peers do not answer keepalives: they are gone.", 5}};

std::uint64_t SocketsOf(const HostFigures::Service& service, const Meaning& meaning) {
  const auto found = service.stalled.find(std::string(Name(meaning.reason)));
  return found == service.stalled.end() ? 0 : found->second;
}

std::string FigureOf(const Meaning& meaning, const HostFigures::ServiceKey& key) {
  return FigureName(std::string(Name(meaning.reason)), key);
}

std::string Question(const Meaning& meaning, const HostFigures::ServiceKey& key) {
  Query query;
  query.services.wanted = {key.service};
  query.by = {Grouping::kRemote};
  if (meaning.reason == StallReason::kRetransmitting) {
    query.retransmitting = true;
    query.order = Order::kRetransmits;
  } else {
    query.states.wanted = {SocketState::kEstablished};
    query.order = Order::kSendQueue;
  }
  return query.ToString();
}

Finding Describe(const Situation& situation, const Meaning& meaning,
                 const HostFigures::ServiceKey& key, std::uint64_t sockets) {
  Finding finding;
  finding.cause = "lossy";
  finding.title = std::string(meaning.title) + ServiceText(key);
  finding.figure = CountText(sockets);
  finding.beside = "stalled";
  finding.text = meaning.text;
  finding.text += SinceText(situation, FigureOf(meaning, key), static_cast<double>(meaning.least));
  finding.query = Question(meaning, key);
  finding.runbook = "SockdiagPeersRetransmitting";
  return finding;
}

}  // namespace

void FindStalled(const Situation& situation, WeighedFindings& found) {
  for (const auto& [key, service] : situation.figures.services) {
    for (const Meaning& meaning : kMeanings) {
      const std::uint64_t sockets = SocketsOf(service, meaning);
      if (sockets < meaning.least) continue;
      found.push_back({Describe(situation, meaning, key, sockets), sockets});
    }
  }
}

void RememberStalled(const HostFigures& figures, std::map<std::string, double>& remembered) {
  for (const auto& [key, service] : figures.services) {
    for (const Meaning& meaning : kMeanings) {
      remembered[FigureOf(meaning, key)] = static_cast<double>(SocketsOf(service, meaning));
    }
  }
}

}  // namespace sockdiag
