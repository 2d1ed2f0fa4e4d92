#include "http/server/mhd_tls.h"

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <netdb.h>
#include <sys/socket.h>

#include <cstdint>
#include <utility>

#include "http/tls/handshake.h"

namespace sockdiag::http {
namespace {

/// The library wants a certificate at its start; every session gets its own before this is asked.
int RefuseCertificate(gnutls_session_t, const gnutls_datum_t*, int, const gnutls_pk_algorithm_t*,
                      int, gnutls_pcert_st**, unsigned*, gnutls_privkey_t*) {
  return -1;
}

gnutls_session_t SessionOf(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  return info == nullptr ? nullptr : static_cast<gnutls_session_t>(info->tls_session);
}

/// "10.0.0.7", or empty for a unix socket.
std::string PeerOf(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (info == nullptr || info->client_addr == nullptr) return {};
  const sockaddr* address = info->client_addr;
  const bool is_ip = address->sa_family == AF_INET || address->sa_family == AF_INET6;
  std::array<char, NI_MAXHOST> text{};
  const socklen_t size =
      address->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  if (!is_ip || getnameinfo(address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST)) {
    return {};
  }
  return text.data();
}

}  // namespace

std::array<MHD_OptionItem, 2> TlsOptions(bool use_tls) {
  constexpr MHD_OptionItem kEnd{MHD_OPTION_END, 0, nullptr};
  if (!use_tls) return {kEnd, kEnd};
  return {MHD_OptionItem{MHD_OPTION_HTTPS_CERT_CALLBACK, 0,
                         reinterpret_cast<void*>(&RefuseCertificate)},
          kEnd};
}

Result<void> BeginTls(MHD_Connection* connection, void** slot,
                      std::shared_ptr<const TlsContext> tls) {
  const gnutls_session_t session = SessionOf(connection);
  Result<void> applied = session != nullptr && tls != nullptr
                             ? tls->Apply(session)
                             : Result<void>(Fail("TLS: a connection without a session"));
  if (applied) {
    *slot = new std::shared_ptr<const TlsContext>(std::move(tls));
    return {};
  }
  shutdown(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd,
           SHUT_RDWR);
  return applied;
}

void EndTls(void** slot) noexcept {
  delete static_cast<std::shared_ptr<const TlsContext>*>(std::exchange(*slot, nullptr));
}

bool IsHandshakeFailure(std::string_view line) {
  return line.starts_with("Error: received handshake message out of context");
}

std::optional<std::string> SettleHandshakeFailure() {
  const std::optional<FailedHandshake> failed = EndFailedHandshake();
  if (!failed || failed->refusal.empty()) return std::nullopt;
  const std::string peer =
      PeerOf(static_cast<MHD_Connection*>(gnutls_session_get_ptr(failed->session)));
  return "refused the TLS client " + peer + (peer.empty() ? "" : ": ") + failed->refusal;
}

}  // namespace sockdiag::http
