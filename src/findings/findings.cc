#include "findings/findings.h"

#include <algorithm>
#include <array>
#include <utility>

#include "findings/causes.h"

namespace sockdiag {
namespace {

struct Kind {
  void (*find)(const Situation&, WeighedFindings&);
  void (*remember)(const HostFigures&, std::map<std::string, double>&);
};

constexpr std::array kKinds{
    Kind{FindFullQueues, RememberQueues},     Kind{FindUnclosed, RememberUnclosed},
    Kind{FindUnanswered, RememberUnanswered}, Kind{FindStalled, RememberStalled},
    Kind{FindLimits, RememberLimits},         Kind{FindDrops, RememberDrops}};

}  // namespace

std::map<std::string, double> FiguresToRemember(const HostFigures& figures) {
  std::map<std::string, double> remembered;
  for (const Kind& kind : kKinds) kind.remember(figures, remembered);
  return remembered;
}

std::vector<Finding> FindWhatIsWrong(const Situation& situation) {
  WeighedFindings weighed;
  for (const Kind& kind : kKinds) kind.find(situation, weighed);
  std::ranges::stable_sort(weighed, [](const WeighedFinding& a, const WeighedFinding& b) {
    return std::pair(a.finding.urgency, a.sockets) > std::pair(b.finding.urgency, b.sockets);
  });
  std::vector<Finding> findings;
  findings.reserve(weighed.size());
  for (WeighedFinding& each : weighed) findings.push_back(std::move(each.finding));
  return findings;
}

}  // namespace sockdiag
