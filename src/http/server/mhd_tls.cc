#include "http/server/mhd_tls.h"

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "http/server/mhd_connection.h"
#include "http/server/request_head.h"
#include "http/tls/handshake.h"

namespace sockdiag::http {
namespace {

/// What a connection's slot holds.
struct TlsConnection {
  std::shared_ptr<const TlsContext> tls;
  gnutls_session_t session;
  int fd;
  /// The first bytes that came: enough to tell HTTP from TLS.
  std::string start;
};

/// As many bytes as the head of a TLS record has, which GnuTLS reads first.
constexpr std::size_t kStartBytes = 5;

bool BeginsLikeHttp(std::string_view start) {
  constexpr std::array<std::string_view, 9> kBeginnings{"GET /", "HEAD ", "POST ", "PUT /", "OPTIO",
                                                        "DELET", "PATCH", "TRACE", "CONNE"};
  return std::find(kBeginnings.begin(), kBeginnings.end(), start) != kBeginnings.end();
}

/// In the words of Go's servers (net/http's server.go).
void AnswerInHttp(int fd) {
  constexpr std::string_view kAnswer =
      "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Connection: close\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";
  send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  // What is left unread at the close would make a reset of it, which overtakes the answer.
  std::array<char, 4096> rest;
  for (std::size_t bytes = 0; bytes < kMaxHeadBytes; bytes += rest.size()) {
    if (recv(fd, rest.data(), rest.size(), MSG_DONTWAIT) <= 0) break;
  }
}

/// gnutls_transport_set_pull_function(3): reads for GnuTLS.
ssize_t Pull(gnutls_transport_ptr_t pointer, void* data, std::size_t size) noexcept {
  auto& connection = *static_cast<TlsConnection*>(pointer);
  const ssize_t got = recv(connection.fd, data, size, 0);
  const std::size_t missing = kStartBytes - connection.start.size();
  if (got <= 0 || missing == 0) return got;
  const std::string_view bytes(static_cast<const char*>(data), static_cast<std::size_t>(got));
  connection.start += bytes.substr(0, missing);  // It is too short to need memory.
  if (!BeginsLikeHttp(connection.start)) return got;
  AnswerInHttp(connection.fd);
  RefuseHttp(connection.session);
  return 0;
}

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
  const int fd = SocketOf(connection);
  if (!applied) {
    shutdown(fd, SHUT_RDWR);
    return applied;
  }
  auto* const state = new TlsConnection{std::move(tls), session, fd, {}};
  *slot = state;
  gnutls_transport_ptr_t receives = nullptr;
  gnutls_transport_ptr_t sends = nullptr;
  gnutls_transport_get_ptr2(session, &receives, &sends);
  gnutls_transport_set_ptr2(session, state, sends);
  gnutls_transport_set_pull_function(session, &Pull);
  return {};
}

void EndTls(void** slot) noexcept {
  delete static_cast<TlsConnection*>(std::exchange(*slot, nullptr));
}

bool IsHandshakeFailure(std::string_view line) {
  return line.starts_with("Error: received handshake message out of context");
}

std::optional<std::string> SettleHandshakeFailure() {
  const std::optional<FailedHandshake> failed = EndFailedHandshake();
  if (!failed || failed->refusal.empty()) return std::nullopt;
  const std::string peer =
      PeerOf(static_cast<MHD_Connection*>(gnutls_session_get_ptr(failed->session)));
  return std::string("refused the ") + (failed->is_tls ? "TLS " : "") + "client " + peer +
         (peer.empty() ? "" : ": ") + failed->refusal;
}

}  // namespace sockdiag::http
