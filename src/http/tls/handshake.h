#pragma once

#include <gnutls/gnutls.h>

#include <optional>
#include <string>

#include "http/tls/client_certificate.h"

namespace sockdiag::http {

/// A handshake that failed.
struct FailedHandshake {
  gnutls_session_t session = nullptr;
  /// Why this server refused the client; empty: it failed for another reason.
  std::string refusal;
  /// False when the client did not even begin one.
  bool is_tls = true;
};

/// libmicrohttpd runs the handshake on the connection's own thread, and when it fails it says so in
/// its log alone: neither of which connection nor why, and without the alert that GnuTLS leaves to
/// its caller. So the callbacks of GnuTLS note here, for the calling thread, what it is doing.

/// The client's first message has arrived.
void BeginHandshake(gnutls_session_t session);
/// Both sides have found a version of TLS that they speak.
void NoteAgreedVersion();
/// Sends the alert, and remembers the reason.
void RefuseClient(gnutls_session_t session, const ClientRefusal& refusal);

/// The client sent no TLS, but HTTP, and was answered.
void RefuseHttp(gnutls_session_t session);

/// For whoever learns that the handshake of this thread failed: sends an alert if none was sent.
/// Nothing when neither TLS nor HTTP was spoken.
[[nodiscard]] std::optional<FailedHandshake> EndFailedHandshake();

}  // namespace sockdiag::http
