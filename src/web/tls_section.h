#pragma once

#include <optional>
#include <string>

#include "web/config.h"
#include "yaml/reader.h"

namespace sockdiag::web {

/// `tls_server_config`. A mapping without keys leaves `out` absent; one with any key at all has to
/// name a certificate and its key. Relative paths begin at `folder`; empty: the working directory.
void ReadTlsSection(const NodeReader& node, const std::string& folder,
                    std::optional<http::TlsSettings>& out);

}  // namespace sockdiag::web
