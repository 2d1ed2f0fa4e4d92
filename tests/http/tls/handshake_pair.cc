#include "tests/http/tls/handshake_pair.h"

#include <sys/socket.h>

#include <array>
#include <future>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/unique_fd.h"
#include "http/tls/handshake.h"

namespace sockdiag::http {
namespace {

constexpr unsigned kTimeoutMs = 10'000;

/// What libmicrohttpd does, and what the server does when that fails. Why it refused the client.
std::string Serve(const TlsContext& context, UniqueFd fd) {
  gnutls_session_t session = nullptr;
  gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
  const std::unique_ptr<std::remove_pointer_t<gnutls_session_t>, decltype(&gnutls_deinit)> holder(
      session, &gnutls_deinit);
  gnutls_transport_set_int(session, fd.Get());
  gnutls_handshake_set_timeout(session, kTimeoutMs);
  const Result<void> applied = context.Apply(session);
  if (!applied) throw std::runtime_error(applied.error().message);
  if (gnutls_handshake(session) == GNUTLS_E_SUCCESS) {
    gnutls_record_send(session, "x", 1);
    gnutls_bye(session, GNUTLS_SHUT_WR);
    return {};
  }
  const std::optional<FailedHandshake> failed = EndFailedHandshake();
  // A reset would take the alert away from the client.
  shutdown(fd.Get(), SHUT_WR);
  std::array<char, 4096> rest;
  while (recv(fd.Get(), rest.data(), rest.size(), 0) > 0) {
  }
  return failed ? failed->refusal : "";
}

void Describe(TlsClientSession& client, HandshakeOutcome& outcome) {
  outcome.version = gnutls_protocol_get_version(client.Get());
  outcome.group = gnutls_group_get(client.Get());
  outcome.suite = gnutls_ciphersuite_get(client.Get());
  outcome.server_certificate = client.ServerCertificate();
  outcome.chain_length = client.ChainLength();
  gnutls_datum_t protocol{};
  if (gnutls_alpn_get_selected_protocol(client.Get(), &protocol) == 0) {
    outcome.application_protocol =
        std::string(reinterpret_cast<char*>(protocol.data), protocol.size);
  }
}

}  // namespace

HandshakeOutcome ShakeHands(const std::shared_ptr<const TlsContext>& context,
                            const TlsClientOptions& options) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::runtime_error("socketpair");
  }
  UniqueFd client_end(ends[0]);
  auto server = std::async(std::launch::async, [&, end = UniqueFd(ends[1])]() mutable {
    return Serve(*context, std::move(end));
  });
  HandshakeOutcome outcome;
  {
    const UniqueFd end = std::move(client_end);
    TlsClientSession client(end.Get(), options);
    const gnutls_datum_t protocol{reinterpret_cast<unsigned char*>(const_cast<char*>("http/1.1")),
                                  8};
    gnutls_alpn_set_protocols(client.Get(), &protocol, 1, 0);
    char byte = 0;
    const bool is_done = client.Handshake() == 0;
    // With TLS 1.3 a client is done before the server has looked at its certificate.
    outcome.served = is_done && client.Receive(&byte, 1) == 1;
    outcome.alert = client.Alert();
    if (outcome.served) Describe(client, outcome);
  }
  outcome.refusal = server.get();
  return outcome;
}

}  // namespace sockdiag::http
