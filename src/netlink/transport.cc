#include "netlink/transport.h"

#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <utility>

namespace sockdiag {
namespace {

struct CloseSocket {
  void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
};
using MnlSocket = std::unique_ptr<mnl_socket, CloseSocket>;

class MnlTransport final : public NetlinkTransport {
 public:
  explicit MnlTransport(MnlSocket socket) : socket_(std::move(socket)) {}

  [[nodiscard]] std::uint32_t port_id() const override {
    return mnl_socket_get_portid(socket_.get());
  }

  [[nodiscard]] tl::expected<void, int> Send(std::span<const std::byte> request) override {
    while (mnl_socket_sendto(socket_.get(), request.data(), request.size()) < 0) {
      if (errno != EINTR) return tl::unexpected(errno);
    }
    return {};
  }

  [[nodiscard]] tl::expected<std::size_t, int> Receive(std::span<std::byte> buffer) override {
    const ssize_t size = mnl_socket_recvfrom(socket_.get(), buffer.data(), buffer.size());
    if (size < 0) return tl::unexpected(errno);
    return static_cast<std::size_t>(size);
  }

 private:
  MnlSocket socket_;
};

/// A kernel before 4.20 cannot, and does without.
void AskForStrictChecking(const mnl_socket* socket) {
  int on = 1;
  static_cast<void>(mnl_socket_setsockopt(socket, NETLINK_GET_STRICT_CHK, &on, sizeof(on)));
}

tl::expected<std::unique_ptr<NetlinkTransport>, int> MakeTransport(
    MnlSocket socket, std::chrono::milliseconds silence_limit) {
  const timeval timeout{silence_limit.count() / 1000, silence_limit.count() % 1000 * 1000};
  if (setsockopt(mnl_socket_get_fd(socket.get()), SOL_SOCKET, SO_RCVTIMEO, &timeout,
                 sizeof(timeout)) < 0) {
    return tl::unexpected(errno);
  }
  return std::make_unique<MnlTransport>(std::move(socket));
}

}  // namespace

tl::expected<std::unique_ptr<NetlinkTransport>, int> OpenNetlinkTransport(
    int protocol, std::chrono::milliseconds silence_limit) {
  MnlSocket socket(mnl_socket_open2(protocol, SOCK_CLOEXEC));
  if (!socket) return tl::unexpected(errno);
  if (mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) return tl::unexpected(errno);
  if (protocol == NETLINK_ROUTE) AskForStrictChecking(socket.get());
  return MakeTransport(std::move(socket), silence_limit);
}

tl::expected<std::unique_ptr<NetlinkTransport>, int> AdoptNetlinkTransport(
    UniqueFd socket, std::chrono::milliseconds silence_limit) {
  // libmnl takes a socket of any family.
  int family = AF_UNSPEC;
  socklen_t size = sizeof(family);
  if (getsockopt(socket.Get(), SOL_SOCKET, SO_DOMAIN, &family, &size) != 0) {
    return tl::unexpected(errno);
  }
  if (family != AF_NETLINK) return tl::unexpected(EAFNOSUPPORT);
  MnlSocket adopted(mnl_socket_fdopen(socket.Get()));
  if (!adopted) return tl::unexpected(errno);
  static_cast<void>(socket.Release());
  return MakeTransport(std::move(adopted), silence_limit);
}

}  // namespace sockdiag
