#pragma once

#include <microhttpd.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/tls/context.h"

namespace sockdiag::http {

/// What ties a TlsContext to libmicrohttpd, which runs the handshakes. 0.9.75 makes a session and
/// then calls its MHD_OPTION_NOTIFY_CONNECTION, before anything is read (new_connection_process_()
/// in its daemon.c): there each connection gets what is in force at that moment.

/// The options of a daemon that has MHD_USE_TLS, for MHD_OPTION_ARRAY. Or none, for one without.
[[nodiscard]] std::array<MHD_OptionItem, 2> TlsOptions(bool use_tls);

/// At the start of a connection. `slot` is its socket_context; it keeps `tls` until EndTls(). When
/// this fails, nothing can be read or written any more. A client that then sends plain HTTP instead
/// of TLS is told so in plain HTTP, which is what its user sees.
[[nodiscard]] Result<void> BeginTls(MHD_Connection* connection, void** slot,
                                    std::shared_ptr<const TlsContext> tls);
/// At the end of every connection.
void EndTls(void** slot) noexcept;

/// Whether a line of the library's log says that the handshake of the calling thread failed.
[[nodiscard]] bool IsHandshakeFailure(std::string_view line);
/// Tells the client of this thread's failed handshake, and what an operator should know of it:
/// which client was refused and why. Nothing about those that speak neither TLS nor HTTP, or
/// another kind of TLS: anybody may try that.
[[nodiscard]] std::optional<std::string> SettleHandshakeFailure();

}  // namespace sockdiag::http
