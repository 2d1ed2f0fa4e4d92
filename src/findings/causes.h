#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "findings/finding.h"
#include "findings/findings.h"

namespace sockdiag {

/// A finding and how many sockets it concerns.
struct WeighedFinding {
  Finding finding;
  std::uint64_t sockets = 0;
};
using WeighedFindings = std::vector<WeighedFinding>;

// One for each kind of cause. The first of each pair adds what it finds, the second what it wants
// to be remembered for that.

/// Listeners whose programs do not accept: `full`.
void FindFullQueues(const Situation& situation, WeighedFindings& found);
void RememberQueues(const HostFigures& figures, std::map<std::string, double>& remembered);

/// Connections that the peer has closed and the program has not: `leak`, `hang`.
void FindUnclosed(const Situation& situation, WeighedFindings& found);
void RememberUnclosed(const HostFigures& figures, std::map<std::string, double>& remembered);

/// Handshakes and closes that come to no end: `no answer`, `unfinished`.
void FindUnanswered(const Situation& situation, WeighedFindings& found);
void RememberUnanswered(const HostFigures& figures, std::map<std::string, double>& remembered);

/// Peers that acknowledge nothing or take nothing: `lossy`.
void FindStalled(const Situation& situation, WeighedFindings& found);
void RememberStalled(const HostFigures& figures, std::map<std::string, double>& remembered);

/// What runs out for the host as a whole: `ports`, `limit`.
void FindLimits(const Situation& situation, WeighedFindings& found);
void RememberLimits(const HostFigures& figures, std::map<std::string, double>& remembered);

/// What was dropped of late: `drops`.
void FindDrops(const Situation& situation, WeighedFindings& found);
void RememberDrops(const HostFigures& figures, std::map<std::string, double>& remembered);

}  // namespace sockdiag
