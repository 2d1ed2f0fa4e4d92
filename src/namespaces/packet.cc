#include "namespaces/packet.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sockdiag {
namespace {

/// Room for the descriptors that come with a packet (cmsg(3)).
struct FdSpace {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * Packet::kMaxFds)> bytes{};
};

int FlagsFor(Waiting waiting) { return waiting == Waiting::kNonblock ? MSG_DONTWAIT : 0; }

void PutFds(msghdr& message, FdSpace& space, std::initializer_list<int> fds) {
  if (fds.size() == 0) return;
  message.msg_control = space.bytes.data();
  message.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
  std::memcpy(CMSG_DATA(header), fds.begin(), sizeof(int) * fds.size());
}

void TakeFds(msghdr& message, Packet& packet) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(fd));
      UniqueFd owned(fd);
      // CMSG_SPACE() pads, so that one more could fit.
      if (packet.fd_count == Packet::kMaxFds) {
        packet.is_cut = true;
        continue;
      }
      packet.fds[packet.fd_count++] = std::move(owned);
    }
  }
}

}  // namespace

tl::expected<PacketPair, int> MakePacketPair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return tl::unexpected(errno);
  }
  return PacketPair{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

tl::expected<void, int> SendPacket(int socket, std::span<const std::byte> bytes,
                                   std::initializer_list<int> fds, Waiting waiting) {
  iovec part{const_cast<std::byte*>(bytes.data()), bytes.size()};
  FdSpace space;
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  PutFds(message, space, fds);
  while (sendmsg(socket, &message, MSG_NOSIGNAL | FlagsFor(waiting)) < 0) {
    if (errno != EINTR) return tl::unexpected(errno);
  }
  return {};
}

tl::expected<Packet, int> ReceivePacket(int socket, std::span<std::byte> buffer, Waiting waiting) {
  iovec part{buffer.data(), buffer.size()};
  FdSpace space;
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space.bytes.data();
  message.msg_controllen = space.bytes.size();
  ssize_t size = -1;
  do {
    size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | FlagsFor(waiting));
  } while (size < 0 && errno == EINTR);
  if (size < 0) return tl::unexpected(errno);
  Packet packet;
  packet.bytes = std::span<const std::byte>(buffer).first(static_cast<std::size_t>(size));
  packet.is_cut = (message.msg_flags & MSG_TRUNC) != 0;
  TakeFds(message, packet);
  if ((message.msg_flags & MSG_CTRUNC) != 0) {
    // Where all places are taken there were more.
    (packet.fd_count == Packet::kMaxFds ? packet.is_cut : packet.lacks_fds) = true;
  }
  return packet;
}

}  // namespace sockdiag
