#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "model/port.h"
#include "model/protocol.h"

namespace sockdiag {

/// Names of well-known ports.
using ServicesDatabase = std::map<std::pair<Protocol, Port>, std::string>;

/// From the text of a services(5) file: `name port/protocol [aliases] [# comment]` lines. The first
/// name of a port stays. Lines that are something else, protocols other than TCP and UDP, and names
/// that are not printable ASCII or longer than kMaxServiceNameBytes are passed over.
[[nodiscard]] ServicesDatabase ParseServicesDatabase(std::string_view text);

}  // namespace sockdiag
