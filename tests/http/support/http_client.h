#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace sockdiag::http {

/// A response, read byte by byte as a client would.
struct Reply {
  int status = 0;
  std::string status_line;
  /// Names in lower case.
  std::map<std::string, std::string> headers;
  std::string body;

  [[nodiscard]] std::string Header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

/// A client that sends exact bytes. What does not come within ten seconds is a failure: a test that
/// waits for the server waits here.
class HttpClient {
 public:
  /// `address` as in Server::BoundAddresses(); the unspecified addresses stand for loopback.
  explicit HttpClient(const std::string& address);
  HttpClient(int family, const sockaddr* address, socklen_t size);
  HttpClient(HttpClient&&) = default;
  HttpClient& operator=(HttpClient&&) = default;
  virtual ~HttpClient() = default;

  [[nodiscard]] bool IsConnected() const { return connected_; }
  /// Throws when the connection is gone.
  void Send(std::string_view bytes);
  /// Sends a request without a body; `headers` are whole lines.
  void SendRequest(std::string_view method, std::string_view target, std::string_view headers = {});
  /// The next response; `to_head` says that it has no body whatever its Content-Length.
  [[nodiscard]] Reply Read(bool to_head = false);
  [[nodiscard]] Reply Get(std::string_view target, std::string_view headers = {});
  /// Whether the server closes the connection without a further byte; a reset counts.
  [[nodiscard]] bool IsClosedByServer();
  /// Sends byte by byte, one in ten milliseconds; true when the server closes meanwhile, and sends
  /// nothing before.
  [[nodiscard]] bool IsClosedWhileTrickling(std::string_view bytes);
  /// Whether the server ends the connection within ten seconds, while nothing is read from it.
  [[nodiscard]] bool IsCutWithoutReading();
  /// Everything until the server closes.
  [[nodiscard]] std::string ReadAll();
  /// The end of this object resets the connection.
  void LeaveWithReset();
  void EndOutput() { shutdown(fd_.Get(), SHUT_WR); }

 protected:
  [[nodiscard]] int Fd() const { return fd_.Get(); }
  /// Throws when the socket stays silent.
  void WaitForBytes() const;

 private:
  /// As send(2) and recv(2); a negative result is a failure.
  [[nodiscard]] virtual ssize_t Write(const char* bytes, std::size_t size);
  [[nodiscard]] virtual ssize_t ReadSome(char* buffer, std::size_t size);
  /// More bytes into buffer_; false at the end.
  bool Receive();
  [[nodiscard]] std::string ReadHead();

  UniqueFd fd_;
  bool connected_ = false;
  std::string buffer_;
};

/// The port at the end of "127.0.0.1:1234".
[[nodiscard]] std::uint16_t PortOf(const std::string& address);

/// Connects over IPv4 or IPv6 loopback.
[[nodiscard]] HttpClient ConnectIpv4(std::uint16_t port);
[[nodiscard]] HttpClient ConnectIpv6(std::uint16_t port);

/// Whether a new connection gets a 200 for /metrics within ten seconds, now or after refusals.
[[nodiscard]] bool IsServedInTheEnd(const std::string& address);

[[nodiscard]] bool HostHasIpv6();

/// What was gzipped.
[[nodiscard]] std::string Gunzip(const std::string& packed);

}  // namespace sockdiag::http
