#pragma once

#include <memory>
#include <string>

#include "http/tls/context.h"
#include "tests/http/support/tls_client.h"

namespace sockdiag::http {

/// How a handshake between a TlsContext and a client went, seen from both sides.
struct HandshakeOutcome {
  /// The client got a byte that the server sent after its handshake.
  bool served = false;
  /// What the server told the client that it did not serve.
  gnutls_alert_description_t alert = GNUTLS_A_CLOSE_NOTIFY;
  /// Why the server refused the client's certificate.
  std::string refusal;
  gnutls_protocol_t version = GNUTLS_VERSION_UNKNOWN;
  /// The IANA's name, which is Go's.
  std::string suite;
  gnutls_group_t group = GNUTLS_GROUP_INVALID;
  std::string server_certificate;
  unsigned chain_length = 0;
  std::string application_protocol;
};

/// Runs one over a socket pair.
[[nodiscard]] HandshakeOutcome ShakeHands(const std::shared_ptr<const TlsContext>& context,
                                          const TlsClientOptions& client = {});

}  // namespace sockdiag::http
