#include "http/tls/handshake.h"

#include <utility>

namespace sockdiag::http {
namespace {

struct Handshake {
  gnutls_session_t session = nullptr;
  bool is_version_agreed = false;
  bool is_alert_sent = false;
  std::string refusal;
  bool is_tls = true;
};

/// Per thread, not global: each connection has a thread, and it is all that its callbacks share.
thread_local Handshake handshake;

void SendAlert(gnutls_session_t session, gnutls_alert_description_t alert) {
  // The client may be gone, and nothing more can be done for it.
  static_cast<void>(gnutls_alert_send(session, GNUTLS_AL_FATAL, alert));
}

}  // namespace

void BeginHandshake(gnutls_session_t session) {
  handshake = Handshake{.session = session, .refusal = {}};
}

void NoteAgreedVersion() { handshake.is_version_agreed = true; }

void RefuseClient(gnutls_session_t session, const ClientRefusal& refusal) {
  SendAlert(session, refusal.alert);
  handshake.is_alert_sent = true;
  handshake.refusal = refusal.reason;
}

void RefuseHttp(gnutls_session_t session) {
  handshake = Handshake{.session = session,
                        .is_alert_sent = true,  // It would not be understood.
                        .refusal = "it sent plain HTTP, and here is TLS",
                        .is_tls = false};
}

std::optional<FailedHandshake> EndFailedHandshake() {
  const Handshake failed = std::exchange(handshake, Handshake{});
  if (failed.session == nullptr) return std::nullopt;
  if (!failed.is_alert_sent) {
    SendAlert(failed.session,
              failed.is_version_agreed ? GNUTLS_A_HANDSHAKE_FAILURE : GNUTLS_A_PROTOCOL_VERSION);
  }
  return FailedHandshake{failed.session, failed.refusal, failed.is_tls};
}

}  // namespace sockdiag::http
