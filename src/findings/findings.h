#pragma once

#include <map>
#include <string>
#include <vector>

#include "findings/figure_history.h"
#include "findings/finding.h"
#include "findings/host_figures.h"

namespace sockdiag {

/// What findings go by. Nothing but that: the same gives the same.
struct Situation {
  const HostFigures& figures;
  /// Of FiguresToRemember(), this moment's included. Without points there is no word of since when
  /// and how fast.
  const FigureHistory& history;
  Moment now;
};

/// What of a host's figures a history is to remember, by the names that findings know them by.
[[nodiscard]] std::map<std::string, double> FiguresToRemember(const HostFigures& figures);

/// What is wrong, the urgent first and of these what concerns most sockets. Each cause once: what a
/// full accept queue explains is no leak besides.
[[nodiscard]] std::vector<Finding> FindWhatIsWrong(const Situation& situation);

}  // namespace sockdiag
