#pragma once

#include <vector>

#include "app/command_line.h"
#include "base/error.h"
#include "base/log.h"
#include "http/listener.h"

namespace sockdiag {

/// A socket unit decides where to listen once it is started, and needs no flag for that. Addresses
/// beside it are refused: nobody would answer on its sockets, and systemd starts nobody else.
[[nodiscard]] Result<std::vector<http::Listener>> OpenListeners(const Options& options);

/// For the log, of each what is bound: its address, and what of that the address does not tell.
[[nodiscard]] std::vector<Log::Fields> BoundFields(const std::vector<http::Listener>& listeners);

/// As many connections as descriptors allow, less those that collecting and listening need.
[[nodiscard]] unsigned MaxConnections(unsigned wanted);

}  // namespace sockdiag
