#include "namespaces/packet.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace sockdiag {
namespace {

using Bytes = std::vector<std::byte>;

class PacketTest : public ::testing::Test {
 protected:
  tl::expected<Packet, int> Receive() {
    return ReceivePacket(pair_.there.Get(), buffer_, Waiting::kNonblock);
  }

  PacketPair pair_ = MakePacketPair().value();
  Bytes buffer_ = Bytes(8);
  const UniqueFd file_{open("/dev/null", O_RDONLY | O_CLOEXEC)};
};

TEST_F(PacketTest, StaysWholeWithItsDescriptors) {
  ASSERT_TRUE(SendPacket(pair_.here.Get(), Bytes(3), {file_.Get(), file_.Get()}, Waiting::kBlock));
  ASSERT_TRUE(SendPacket(pair_.here.Get(), Bytes(5), {}, Waiting::kBlock));
  const auto first = Receive();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->bytes.size(), 3U);
  ASSERT_EQ(first->fd_count, 2U);
  EXPECT_NE(first->fds[0].Get(), file_.Get());
  EXPECT_EQ(fcntl(first->fds[1].Get(), F_GETFD), FD_CLOEXEC);
  EXPECT_FALSE(first->is_cut);
  const auto second = Receive();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->bytes.size(), 5U);
  EXPECT_EQ(second->fd_count, 0U);
}

TEST_F(PacketTest, SaysWhenItDidNotFit) {
  ASSERT_TRUE(SendPacket(pair_.here.Get(), Bytes(9), {}, Waiting::kBlock));
  const auto cut = Receive();
  EXPECT_TRUE(cut->is_cut);
  EXPECT_FALSE(cut->lacks_fds);
  ASSERT_TRUE(SendPacket(pair_.here.Get(), Bytes(1), {file_.Get(), file_.Get()}, Waiting::kBlock));
  EXPECT_FALSE(Receive()->is_cut);
}

/// One more than SendPacket() takes.
void SendThree(int socket, int fd) {
  const std::array<int, Packet::kMaxFds + 1> fds{fd, fd, fd};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(fds))> space{};
  std::byte byte{};
  iovec part{&byte, 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(fds));
  std::memcpy(CMSG_DATA(header), fds.data(), sizeof(fds));
  ASSERT_EQ(sendmsg(socket, &message, 0), 1);
}

TEST_F(PacketTest, TellsAShortageOfDescriptorsFromTooMany) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  UniqueFd lowest(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const auto free = static_cast<rlim_t>(lowest.Get());
  lowest.Reset();
  for (const rlim_t count : {0U, 1U}) {
    ASSERT_TRUE(
        SendPacket(pair_.here.Get(), Bytes(1), {file_.Get(), file_.Get()}, Waiting::kBlock));
    const rlimit few{free + count, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
    const auto packet = Receive();
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->fd_count, count);
    EXPECT_TRUE(packet->lacks_fds);
    EXPECT_FALSE(packet->is_cut);
  }
  SendThree(pair_.here.Get(), file_.Get());
  const auto packet = Receive();
  EXPECT_TRUE(packet->is_cut);
  EXPECT_FALSE(packet->lacks_fds);
}

TEST_F(PacketTest, TellsAnEndFromSilence) {
  EXPECT_EQ(Receive().error(), EAGAIN);
  pair_.here.Reset();
  EXPECT_TRUE(Receive()->bytes.empty());
  EXPECT_EQ(SendPacket(pair_.there.Get(), Bytes(1), {}, Waiting::kBlock).error(), EPIPE);
}

TEST_F(PacketTest, DoesNotWaitForWhoDoesNotListen) {
  tl::expected<void, int> sent;
  while (sent) sent = SendPacket(pair_.here.Get(), Bytes(1000), {}, Waiting::kNonblock);
  EXPECT_EQ(sent.error(), EAGAIN);
}

}  // namespace
}  // namespace sockdiag
