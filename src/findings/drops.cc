#include <chrono>

#include "findings/causes.h"
#include "findings/words.h"

namespace sockdiag {
namespace {

constexpr const char* kConnections = "listen drops";
constexpr const char* kDatagrams = "receive drops";
constexpr std::chrono::minutes kWindow{10};

/// How much a counter grew within the window.
std::uint64_t GrownBy(const Situation& situation, const std::string& figure) {
  return static_cast<std::uint64_t>(situation.history.GrowthWithin(figure, kWindow));
}

Finding Describe(const HostFigures::ListenerKey& key, std::uint64_t drops) {
  Finding finding;
  finding.cause = "drops";
  finding.title = ListenerText(key);
  finding.figure = CountText(drops);
  finding.beside = "in " + std::to_string(kWindow.count()) + " minutes";
  return finding;
}

}  // namespace

void FindDrops(const Situation& situation, WeighedFindings& found) {
  for (const auto& [key, listener] : situation.figures.listeners) {
    const std::uint64_t drops = GrownBy(situation, FigureName(kConnections, key));
    if (drops == 0) continue;
    Finding finding = Describe(key, drops);
    finding.title = "Connections to " + finding.title;
    finding.text =
        "The listener drops connections: its accept queue is full now and then, or a limit or a "
        "filter refuses them.";
    finding.runbook = "SockdiagListenDrops";
    found.push_back({finding, drops});
  }
  for (const auto& [key, all] : situation.figures.receive_drops) {
    const std::uint64_t drops = GrownBy(situation, FigureName(kDatagrams, key));
    if (drops == 0) continue;
    Finding finding = Describe(key, drops);
    finding.title = "Datagrams to " + finding.title;
    finding.text = "The receiver drops datagrams: its program reads more slowly than they come.";
    finding.runbook = "SockdiagUdpReceiveDrops";
    found.push_back({finding, drops});
  }
}

void RememberDrops(const HostFigures& figures, std::map<std::string, double>& remembered) {
  for (const auto& [key, listener] : figures.listeners) {
    remembered[FigureName(kConnections, key)] = static_cast<double>(listener.drops);
  }
  for (const auto& [key, drops] : figures.receive_drops) {
    remembered[FigureName(kDatagrams, key)] = static_cast<double>(drops);
  }
}

}  // namespace sockdiag
