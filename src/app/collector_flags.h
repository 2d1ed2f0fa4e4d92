#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "config/config.h"

namespace CLI {
class App;
}  // namespace CLI

namespace sockdiag {

/// Makes `--collector.NAME` and `--no-collector.NAME` known for every collector. --help has one
/// entry for all of them.
void AddCollectorFlags(CLI::App& app);

/// Those that were given, when `app` has parsed the command line: CollectorSwitches over those of
/// the configuration. Both flags of one collector are an error, as they are for node_exporter.
[[nodiscard]] Result<CollectorSwitches> ReadCollectorFlags(const CLI::App& app);

/// Why the first argument that `app` did not know is the flag of no collector; nothing when it is
/// something else.
[[nodiscard]] std::optional<std::string> FindUnknownCollector(const CLI::App& app);

}  // namespace sockdiag
