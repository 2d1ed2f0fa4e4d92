#include "http/client/client_socket.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

namespace sockdiag::http {
namespace {

using std::chrono::milliseconds;

constexpr const char* kTask = "cannot connect";

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

/// Without a host this gives the loopback addresses, as AI_PASSIVE is not set (getaddrinfo(3)).
/// 0.0.0.0 and :: need no care: Linux connects them to the loopback interface.
Result<AddressList> Resolve(const ListenAddress& address) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const char* host = address.host.empty() ? nullptr : address.host.c_str();
  const std::string port = std::to_string(address.port);
  const int failure = getaddrinfo(host, port.c_str(), &hints, &found);
  if (failure == EAI_SYSTEM) return FailErrno(kTask, errno);
  if (failure != 0) return Fail(std::string(kTask) + ": " + gai_strerror(failure));
  return AddressList(found, &freeaddrinfo);
}

UniqueFd OpenSocket(int family) { return UniqueFd(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

}  // namespace

Result<ClientSocket> ClientSocket::Connect(const ListenAddress& address, Deadline deadline) {
  if (address.kind == ListenAddress::Kind::kUnix) return ConnectToUnix(address, deadline);
  const Result<AddressList> list = Resolve(address);
  if (!list) return tl::unexpected(list.error());
  int failure = EADDRNOTAVAIL;
  for (const addrinfo* entry = list->get(); entry != nullptr; entry = entry->ai_next) {
    ClientSocket connection(OpenSocket(entry->ai_family), deadline);
    failure = connection.ConnectTo(entry->ai_addr, entry->ai_addrlen);
    if (failure == 0) return connection;
  }
  return FailErrno(kTask, failure);
}

Result<ClientSocket> ClientSocket::ConnectToUnix(const ListenAddress& address, Deadline deadline) {
  sockaddr_un target{};
  target.sun_family = AF_UNIX;
  // ParseListenAddress() has seen to the length.
  const std::size_t size = std::min(address.path.size(), sizeof(target.sun_path) - 1);
  std::memcpy(target.sun_path, address.path.data(), size);
  ClientSocket connection(OpenSocket(AF_UNIX), deadline);
  const int failure = connection.ConnectTo(&target, sizeof(target));
  if (failure != 0) return FailErrno(kTask, failure);
  return connection;
}

int ClientSocket::ConnectTo(const void* address, std::size_t size) const {
  if (!fd_.IsValid()) return errno;
  LimitNextCall();
  const auto* generic = static_cast<const sockaddr*>(address);
  if (connect(fd_.Get(), generic, static_cast<socklen_t>(size)) == 0) return 0;
  // socket(7): what a connect() that SO_SNDTIMEO ends says; of a unix socket it is EAGAIN.
  return errno == EINPROGRESS || errno == EAGAIN ? ETIMEDOUT : errno;
}

milliseconds ClientSocket::TimeLeft() const {
  const auto left = std::chrono::ceil<milliseconds>(deadline_ - std::chrono::steady_clock::now());
  return std::max(left, milliseconds(1));
}

bool ClientSocket::IsLate() const { return std::chrono::steady_clock::now() >= deadline_; }

void ClientSocket::LimitNextCall() const {
  const milliseconds left = TimeLeft();
  timeval limit{};
  limit.tv_sec = left.count() / 1000;
  limit.tv_usec = left.count() % 1000 * 1000;
  for (const int option : {SO_SNDTIMEO, SO_RCVTIMEO}) {
    // Cannot fail on a socket.
    static_cast<void>(setsockopt(fd_.Get(), SOL_SOCKET, option, &limit, sizeof(limit)));
  }
}

}  // namespace sockdiag::http
