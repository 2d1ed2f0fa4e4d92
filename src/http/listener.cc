#include "http/listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>

namespace sockdiag::http {
namespace {

constexpr int kBacklog = 128;

/// A listening socket, or the errno of the call that failed.
using OpenedSocket = tl::expected<UniqueFd, int>;

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

std::string Task(const ListenAddress& address) { return "cannot listen on " + ToText(address); }

bool SetFlag(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

OpenedSocket OpenTcp(const sockaddr* address, socklen_t size, bool only_ipv6) {
  UniqueFd fd(socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
  if (!fd.IsValid()) return tl::unexpected(errno);
  if (!SetFlag(fd.Get(), SOL_SOCKET, SO_REUSEADDR, 1)) return tl::unexpected(errno);
  // Accepted sockets inherit it (tcp(7)), which saves a call for each connection.
  if (!SetFlag(fd.Get(), IPPROTO_TCP, TCP_NODELAY, 1)) return tl::unexpected(errno);
  if (address->sa_family == AF_INET6 &&
      !SetFlag(fd.Get(), IPPROTO_IPV6, IPV6_V6ONLY, only_ipv6 ? 1 : 0)) {
    return tl::unexpected(errno);
  }
  if (bind(fd.Get(), address, size) != 0) return tl::unexpected(errno);
  if (listen(fd.Get(), kBacklog) != 0) return tl::unexpected(errno);
  return fd;
}

/// The host has not got this kind of address, or not this address: another one may still do.
bool IsMissingAddress(int error_number) {
  return error_number == EAFNOSUPPORT || error_number == EADDRNOTAVAIL;
}

OpenedSocket OpenAnyAddress(std::uint16_t port) {
  sockaddr_in6 any6{};
  any6.sin6_family = AF_INET6;
  any6.sin6_port = htons(port);
  OpenedSocket dual = OpenTcp(reinterpret_cast<const sockaddr*>(&any6), sizeof(any6), false);
  if (dual || !IsMissingAddress(dual.error())) return dual;
  sockaddr_in any4{};
  any4.sin_family = AF_INET;
  any4.sin_port = htons(port);
  return OpenTcp(reinterpret_cast<const sockaddr*>(&any4), sizeof(any4), false);
}

std::string BoundAddress(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (getsockname(fd, generic, &size) != 0 ||
      getnameinfo(generic, size, host.data(), host.size(), port.data(), port.size(),
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "unknown";
  }
  const bool bracketed = address.ss_family == AF_INET6;
  return (bracketed ? "[" + std::string(host.data()) + "]" : std::string(host.data())) + ":" +
         port.data();
}

Listener ToListener(UniqueFd fd) {
  std::string address = BoundAddress(fd.Get());
  return Listener(std::move(fd), std::move(address));
}

Result<AddressList> Resolve(const ListenAddress& address) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  const int failure = getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found);
  if (failure == EAI_SYSTEM) return FailErrno(Task(address), errno);
  if (failure != 0) return Fail(Task(address) + ": " + gai_strerror(failure));
  return AddressList(found, &freeaddrinfo);
}

Result<std::vector<Listener>> OpenHost(const ListenAddress& address) {
  const Result<AddressList> list = Resolve(address);
  if (!list) return tl::unexpected(list.error());
  std::vector<Listener> listeners;
  int missing = EADDRNOTAVAIL;
  for (const addrinfo* entry = list->get(); entry != nullptr; entry = entry->ai_next) {
    OpenedSocket opened = OpenTcp(entry->ai_addr, entry->ai_addrlen, true);
    if (opened) {
      listeners.push_back(ToListener(std::move(*opened)));
    } else if (IsMissingAddress(opened.error())) {
      missing = opened.error();
    } else {
      return FailErrno(Task(address), opened.error());
    }
  }
  if (listeners.empty()) return FailErrno(Task(address), missing);
  return listeners;
}

Result<std::vector<Listener>> OpenUnix(const ListenAddress& address) {
  const std::string task = Task(address);
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.IsValid()) return FailErrno(task, errno);
  Result<SocketFile> file = SocketFile::Bind(fd.Get(), address.path, task);
  if (!file) return tl::unexpected(file.error());
  if (listen(fd.Get(), kBacklog) != 0) return FailErrno(task, errno);
  std::vector<Listener> listeners;
  listeners.emplace_back(std::move(fd), ToText(address), std::move(*file));
  return listeners;
}

}  // namespace

Result<std::vector<Listener>> OpenListeners(const ListenAddress& address) {
  if (address.kind == ListenAddress::Kind::kUnix) return OpenUnix(address);
  if (!address.host.empty()) return OpenHost(address);
  OpenedSocket opened = OpenAnyAddress(address.port);
  if (!opened) return FailErrno(Task(address), opened.error());
  std::vector<Listener> listeners;
  listeners.push_back(ToListener(std::move(*opened)));
  return listeners;
}

Result<std::vector<Listener>> OpenListeners(const std::vector<ListenAddress>& addresses) {
  std::vector<Listener> all;
  for (const ListenAddress& address : addresses) {
    Result<std::vector<Listener>> opened = OpenListeners(address);
    if (!opened) return opened;
    for (Listener& listener : *opened) all.push_back(std::move(listener));
  }
  return all;
}

}  // namespace sockdiag::http
