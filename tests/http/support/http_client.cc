#include "tests/http/support/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/un.h>
#include <zlib.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace sockdiag::http {
namespace {

constexpr int kTimeoutMs = 10'000;

sockaddr_in Loopback4(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

sockaddr_in6 Loopback6(std::uint16_t port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  return address;
}

sockaddr_un UnixAddress(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

template <typename Sockaddr>
HttpClient Connect(int family, const Sockaddr& address) {
  return HttpClient(family, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

HttpClient ConnectTo(const std::string& address) {
  if (address.starts_with("unix:")) return Connect(AF_UNIX, UnixAddress(address.substr(5)));
  const std::uint16_t port = PortOf(address);
  return address.starts_with('[') ? ConnectIpv6(port) : ConnectIpv4(port);
}

}  // namespace

HttpClient::HttpClient(const std::string& address) : HttpClient(ConnectTo(address)) {}

HttpClient::HttpClient(int family, const sockaddr* address, socklen_t size)
    : fd_(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      connected_(fd_.IsValid() && connect(fd_.Get(), address, size) == 0) {}

void HttpClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = Write(bytes.data(), bytes.size());
    if (sent < 0) throw std::runtime_error(std::string("send: ") + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void HttpClient::SendRequest(std::string_view method, std::string_view target,
                             std::string_view headers) {
  std::string request(method);
  request.append(" ").append(target).append(" HTTP/1.1\r\nHost: test\r\n");
  request.append(headers).append("\r\n");
  Send(request);
}

void HttpClient::WaitForBytes() const {
  pollfd polled{.fd = fd_.Get(), .events = POLLIN, .revents = 0};
  if (poll(&polled, 1, kTimeoutMs) <= 0) throw std::runtime_error("no byte within ten seconds");
}

ssize_t HttpClient::Write(const char* bytes, std::size_t size) {
  return send(fd_.Get(), bytes, size, MSG_NOSIGNAL);
}

ssize_t HttpClient::ReadSome(char* buffer, std::size_t size) {
  WaitForBytes();
  return recv(fd_.Get(), buffer, size, 0);
}

bool HttpClient::Receive() {
  std::array<char, 65536> chunk;
  const ssize_t got = ReadSome(chunk.data(), chunk.size());
  if (got <= 0) return false;
  buffer_.append(chunk.data(), static_cast<std::size_t>(got));
  return true;
}

std::string HttpClient::ReadHead() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!Receive()) throw std::runtime_error("connection ended within: \"" + buffer_ + "\"");
  }
  std::string head = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  return head;
}

Reply HttpClient::Read(bool to_head) {
  std::string head = ReadHead();
  Reply reply;
  reply.status_line = head.substr(0, head.find("\r\n"));
  reply.status = std::stoi(reply.status_line.substr(reply.status_line.find(' ') + 1));
  head.erase(0, reply.status_line.size() + 2);
  while (!head.empty()) {
    const std::string line = head.substr(0, head.find("\r\n"));
    head.erase(0, line.size() + 2);
    std::string name = line.substr(0, line.find(':'));
    for (char& letter : name) letter = static_cast<char>(std::tolower(letter));
    if (!reply.headers.emplace(name, line.substr(line.find(':') + 2)).second) {
      throw std::runtime_error("header twice: " + name);
    }
  }
  const std::size_t length = to_head ? 0 : std::stoul("0" + reply.Header("content-length"));
  while (buffer_.size() < length) {
    if (!Receive()) throw std::runtime_error("connection ended within a body");
  }
  reply.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  return reply;
}

Reply HttpClient::Get(std::string_view target, std::string_view headers) {
  SendRequest("GET", target, headers);
  return Read();
}

bool HttpClient::IsClosedByServer() { return buffer_.empty() && !Receive(); }

bool HttpClient::IsClosedWhileTrickling(std::string_view bytes) {
  constexpr int kPaceMs = 10;
  pollfd polled{.fd = fd_.Get(), .events = POLLIN, .revents = 0};
  for (std::size_t i = 0; i < bytes.size() && poll(&polled, 1, kPaceMs) == 0; ++i) {
    if (send(fd_.Get(), &bytes[i], 1, MSG_NOSIGNAL) < 0) return true;
  }
  return polled.revents != 0 && IsClosedByServer();
}

bool HttpClient::IsCutWithoutReading() {
  pollfd polled{.fd = fd_.Get(), .events = 0, .revents = 0};  // POLLERR and POLLHUP come anyway.
  return poll(&polled, 1, kTimeoutMs) == 1;
}

void HttpClient::LeaveWithReset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_.Get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

std::string HttpClient::ReadAll() {
  while (Receive()) {
  }
  return buffer_;
}

std::uint16_t PortOf(const std::string& address) {
  return static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
}

HttpClient ConnectIpv4(std::uint16_t port) { return Connect(AF_INET, Loopback4(port)); }

HttpClient ConnectIpv6(std::uint16_t port) { return Connect(AF_INET6, Loopback6(port)); }

bool IsServedInTheEnd(const std::string& address) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kTimeoutMs);
  while (std::chrono::steady_clock::now() < deadline) {
    HttpClient client(address);
    try {
      if (client.Get("/metrics").status == 200) return true;
    } catch (const std::runtime_error&) {
      // Refused.
    }
  }
  return false;
}

bool HostHasIpv6() {
  const UniqueFd fd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in6 address = Loopback6(0);
  return fd.IsValid() &&
         bind(fd.Get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

std::string Gunzip(const std::string& packed) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) throw std::runtime_error("inflateInit2");
  std::string plain(16 << 20, '\0');
  std::string input = packed;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  const int outcome = inflate(&stream, Z_FINISH);
  const bool whole = outcome == Z_STREAM_END && stream.avail_in == 0;
  plain.resize(stream.total_out);
  inflateEnd(&stream);
  if (!whole) throw std::runtime_error("not one whole gzip member");
  return plain;
}

}  // namespace sockdiag::http
