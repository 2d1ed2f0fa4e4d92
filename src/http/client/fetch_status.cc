#include "http/client/fetch_status.h"

#include <gnutls/gnutls.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <functional>
#include <memory>
#include <string_view>
#include <type_traits>

#include "http/client/client_socket.h"

namespace sockdiag::http {
namespace {

/// "HTTP/1.1 200": what a response begins with (RFC 9112, section 4).
constexpr std::size_t kStatusBytes = 12;

struct CredentialsFree {
  void operator()(gnutls_certificate_credentials_t one) const {
    gnutls_certificate_free_credentials(one);
  }
};
struct SessionDeinit {
  void operator()(gnutls_session_t one) const { gnutls_deinit(one); }
};
using Credentials =
    std::unique_ptr<std::remove_pointer_t<gnutls_certificate_credentials_t>, CredentialsFree>;
using Session = std::unique_ptr<std::remove_pointer_t<gnutls_session_t>, SessionDeinit>;

/// Reads some bytes; 0 at the end, an error's text when the connection broke.
using Reader = std::function<Result<std::size_t>(char* buffer, std::size_t size)>;

std::string RequestFor(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

tl::unexpected<Error> TimedOut(const FetchOptions& options) {
  return Fail("no answer within " + std::to_string(options.timeout.count()) + " ms");
}

std::optional<unsigned> ParseStatus(std::string_view text) {
  unsigned status = 0;
  const char* end = text.data() + kStatusBytes;
  const auto parsed = std::from_chars(end - 3, end, status);
  if (!text.starts_with("HTTP/1.") || parsed.ptr != end) return std::nullopt;
  return status;
}

Result<FetchedStatus> ReadStatus(const Reader& read) {
  std::array<char, kStatusBytes> text{};
  std::size_t size = 0;
  while (size < text.size()) {
    const Result<std::size_t> more = read(text.data() + size, text.size() - size);
    if (!more) return tl::unexpected(more.error());
    if (*more == 0) return Fail("the connection was closed without an answer");
    size += *more;
  }
  const auto status = ParseStatus({text.data(), text.size()});
  if (!status) return Fail("the answer is not HTTP");
  return FetchedStatus{status};
}

Result<FetchedStatus> FetchPlain(const ClientSocket& connection, const FetchOptions& options) {
  const std::string request = RequestFor(options.path);
  connection.LimitNextCall();
  if (send(connection.Fd(), request.data(), request.size(), MSG_NOSIGNAL) < 0) {
    return FailErrno("cannot send the request", errno);
  }
  return ReadStatus([&](char* buffer, std::size_t size) -> Result<std::size_t> {
    connection.LimitNextCall();
    const ssize_t received = recv(connection.Fd(), buffer, size, 0);
    if (received >= 0) return static_cast<std::size_t>(received);
    if (errno == EAGAIN) return TimedOut(options);
    return FailErrno("cannot read the answer", errno);
  });
}

/// A session that is ready for its handshake; null when GnuTLS has no memory.
Session MakeSession(const ClientSocket& connection, const Credentials& credentials) {
  gnutls_session_t raw = nullptr;
  if (gnutls_init(&raw, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL) != GNUTLS_E_SUCCESS) return nullptr;
  Session session(raw);
  if (gnutls_set_default_priority(raw) != GNUTLS_E_SUCCESS ||
      gnutls_credentials_set(raw, GNUTLS_CRD_CERTIFICATE, credentials.get()) != GNUTLS_E_SUCCESS) {
    return nullptr;
  }
  gnutls_transport_set_int(raw, connection.Fd());
  gnutls_handshake_set_timeout(raw, static_cast<unsigned>(connection.TimeLeft().count()));
  return session;
}

/// An alert instead of a response, too: with TLS 1.3 a client's handshake is over before the server
/// has asked for its certificate in vain.
Result<FetchedStatus> AskInSession(gnutls_session_t session, const ClientSocket& connection,
                                   const FetchOptions& options) {
  const std::string request = RequestFor(options.path);
  bool is_refused = false;
  connection.LimitNextCall();
  // What became of it, the answer tells.
  static_cast<void>(gnutls_record_send(session, request.data(), request.size()));
  auto answer = ReadStatus([&](char* buffer, std::size_t size) -> Result<std::size_t> {
    while (!connection.IsLate()) {
      connection.LimitNextCall();
      const ssize_t received = gnutls_record_recv(session, buffer, size);
      if (received >= 0) return static_cast<std::size_t>(received);
      is_refused = received == GNUTLS_E_FATAL_ALERT_RECEIVED;
      // GNUTLS_E_AGAIN comes after session tickets, too.
      if (gnutls_error_is_fatal(static_cast<int>(received)) != 0) {
        return Fail(std::string("TLS: ") + gnutls_strerror(static_cast<int>(received)));
      }
    }
    return TimedOut(options);
  });
  if (is_refused) return FetchedStatus{};
  return answer;
}

/// Absent: what is there speaks no TLS.
std::optional<Result<FetchedStatus>> FetchOverTls(const ClientSocket& connection,
                                                  const FetchOptions& options) {
  gnutls_certificate_credentials_t raw = nullptr;
  if (gnutls_certificate_allocate_credentials(&raw) != GNUTLS_E_SUCCESS) return std::nullopt;
  const Credentials credentials(raw);
  const Session session = MakeSession(connection, credentials);
  if (!session) return std::nullopt;
  int outcome = GNUTLS_E_AGAIN;
  while (outcome < 0 && gnutls_error_is_fatal(outcome) == 0) {
    outcome = gnutls_handshake(session.get());
  }
  if (outcome == GNUTLS_E_SUCCESS) return AskInSession(session.get(), connection, options);
  if (outcome == GNUTLS_E_FATAL_ALERT_RECEIVED) return FetchedStatus{};
  if (outcome == GNUTLS_E_TIMEDOUT) return TimedOut(options);
  return std::nullopt;
}

}  // namespace

Result<FetchedStatus> FetchStatus(const ListenAddress& address, const FetchOptions& options) {
  const auto deadline = std::chrono::steady_clock::now() + options.timeout;
  if (options.may_speak_tls) {
    const Result<ClientSocket> connection = ClientSocket::Connect(address, deadline);
    if (!connection) return tl::unexpected(connection.error());
    const auto answer = FetchOverTls(*connection, options);
    if (answer) return *answer;
  }
  const Result<ClientSocket> connection = ClientSocket::Connect(address, deadline);
  if (!connection) return tl::unexpected(connection.error());
  return FetchPlain(*connection, options);
}

}  // namespace sockdiag::http
