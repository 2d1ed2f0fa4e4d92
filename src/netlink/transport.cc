#include "netlink/transport.h"

#include <libmnl/libmnl.h>
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

}  // namespace

tl::expected<std::unique_ptr<NetlinkTransport>, int> OpenNetlinkTransport(
    int protocol, std::chrono::milliseconds silence_limit) {
  MnlSocket socket(mnl_socket_open2(protocol, SOCK_CLOEXEC));
  if (!socket) return tl::unexpected(errno);
  if (mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) return tl::unexpected(errno);
  const timeval timeout{silence_limit.count() / 1000, silence_limit.count() % 1000 * 1000};
  if (setsockopt(mnl_socket_get_fd(socket.get()), SOL_SOCKET, SO_RCVTIMEO, &timeout,
                 sizeof(timeout)) < 0) {
    return tl::unexpected(errno);
  }
  return std::make_unique<MnlTransport>(std::move(socket));
}

}  // namespace sockdiag
