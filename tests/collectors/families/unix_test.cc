#include "collectors/families/unix.h"

#include <gtest/gtest.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "collectors/families/unix_diag.h"
#include "tests/collectors/families/family_answers.h"
#include "tests/support/fake_clock.h"
#include "tests/support/figures.h"

namespace sockdiag {
namespace {

using testing::Attribute;
using testing::Bytes;
using testing::BytesOf;
using testing::Figures;
using testing::FiguresOf;
using testing::Join;
using testing::LyingAttribute;
using testing::NonZero;
using testing::ReadFrom;
using testing::SockDiagAnswer;
using testing::ValueOf;

constexpr std::uint8_t kListen = UnixSocket::kListen;

Bytes Socket(std::uint8_t type, std::uint8_t state, std::uint64_t cookie = 0) {
  unix_diag_msg message{};
  message.udiag_cookie[0] = static_cast<std::uint32_t>(cookie);
  message.udiag_cookie[1] = static_cast<std::uint32_t>(cookie >> 32);
  message.udiag_family = AF_UNIX;
  message.udiag_type = type;
  message.udiag_state = state;
  return BytesOf(message);
}

Bytes Listener(std::uint32_t length, std::uint32_t backlog, const std::string& name = "",
               std::uint64_t cookie = 0) {
  Bytes bytes = Join(Socket(SOCK_STREAM, kListen, cookie),
                     Attribute(UNIX_DIAG_RQLEN, BytesOf(unix_diag_rqlen{length, backlog})));
  if (name.empty()) return bytes;
  const auto* front = reinterpret_cast<const std::byte*>(name.data());
  return Join(bytes, Attribute(UNIX_DIAG_NAME, Bytes(front, front + name.size())));
}

unix_diag_req RequestIn(const Bytes& message) {
  unix_diag_req request{};
  EXPECT_EQ(message.size(), sizeof(nlmsghdr) + sizeof(request));
  std::memcpy(&request, message.data() + sizeof(nlmsghdr), sizeof(request));
  return request;
}

class UnixTest : public ::testing::Test {
 protected:
  [[nodiscard]] UnixCollector Make(std::vector<std::string> paths = {}) {
    return UnixCollector(kernel_.Opener(), clock_, std::move(paths));
  }

  testing::FakeClock clock_;
  testing::FakeKernel kernel_;
};

TEST_F(UnixTest, CountsByTypeAndState) {
  kernel_.Add(SockDiagAnswer(
      1, {Socket(SOCK_STREAM, 1), Socket(SOCK_STREAM, 1), Socket(SOCK_STREAM, 7), Listener(0, 5),
          Socket(SOCK_DGRAM, 1), Socket(SOCK_DGRAM, 7), Socket(SOCK_SEQPACKET, 1),
          Socket(SOCK_SEQPACKET, 2), Socket(SOCK_RAW, 1), Socket(99, 1)}));
  UnixCollector collector = Make();
  const auto [samples, error, lack] = ReadFrom(collector);
  EXPECT_EQ(error, "");
  EXPECT_EQ(lack, "");
  EXPECT_EQ(NonZero(FiguresOf(samples, "sockdiag_unix_sockets")),
            (Figures{{"stream established", 2},
                     {"stream unconnected", 1},
                     {"stream listen", 1},
                     {"datagram established", 1},
                     {"datagram unconnected", 1},
                     {"seqpacket established", 1},
                     {"seqpacket unknown", 1},
                     {"unknown established", 2}}));
}

TEST_F(UnixTest, AsksOnceForTheQueuesOfAll) {
  kernel_.Add(SockDiagAnswer(1, {}));
  UnixCollector collector = Make();
  EXPECT_EQ(ReadFrom(collector).error, "");
  ASSERT_EQ(kernel_.requests.size(), 1U);
  const unix_diag_req request = RequestIn(kernel_.requests[0]);
  EXPECT_EQ(request.sdiag_family, AF_UNIX);
  EXPECT_EQ(request.udiag_states, 0xffffffff);
  EXPECT_EQ(request.udiag_show, static_cast<unsigned>(UDIAG_SHOW_RQLEN));
}

TEST_F(UnixTest, WithoutSocketsTheUsualStatesAreZero) {
  kernel_.Add(SockDiagAnswer(1, {}));
  UnixCollector collector = Make();
  const Samples samples = ReadFrom(collector).samples;
  EXPECT_EQ(FiguresOf(samples, "sockdiag_unix_sockets").size(), 8U);
  EXPECT_EQ(ValueOf(samples, "sockdiag_unix_sockets", "stream listen"), 0);
  EXPECT_EQ(ValueOf(samples, "sockdiag_unix_listen_queue_saturation_max_ratio"), 0);
}

TEST_F(UnixTest, ShowsTheFullestQueueWhateverItsBacklog) {
  kernel_.Add(SockDiagAnswer(1, {Listener(100, 1000), Listener(3, 2), Listener(0, 0)}));
  kernel_.Add(SockDiagAnswer(2, {Listener(1, 0)}));
  UnixCollector collector = Make();
  EXPECT_EQ(ValueOf(ReadFrom(collector).samples, "sockdiag_unix_listen_queue_saturation_max_ratio"),
            1.5);
  EXPECT_EQ(ValueOf(ReadFrom(collector).samples, "sockdiag_unix_listen_queue_saturation_max_ratio"),
            1);
}

TEST_F(UnixTest, QueuesOfOtherSocketsAreBytesAndLeftAlone) {
  const Bytes connected =
      Join(Socket(SOCK_STREAM, 1), Attribute(UNIX_DIAG_RQLEN, BytesOf(unix_diag_rqlen{9000, 1})));
  kernel_.Add(SockDiagAnswer(1, {connected}));
  UnixCollector collector = Make();
  EXPECT_EQ(ValueOf(ReadFrom(collector).samples, "sockdiag_unix_listen_queue_saturation_max_ratio"),
            0);
}

/// Without a name, as the walk of all sockets has it.
Bytes Unnamed(std::uint32_t length, std::uint32_t backlog, std::uint64_t cookie) {
  return Listener(length, backlog, "", cookie);
}

constexpr std::uint64_t kLarge = 1ULL << 40;

TEST_F(UnixTest, ShowsTheListenersThatGlobsName) {
  kernel_.Add(SockDiagAnswer(1, {Unnamed(1, 5, 1), Unnamed(2, 5, 2), Unnamed(3, 6, 1 + kLarge)}));
  kernel_.Add(SockDiagAnswer(
      2,
      {Listener(1, 5, std::string("/run/a.sock\0", 12), 1), Listener(2, 5, "/run/deep/b.sock", 2),
       Listener(3, 6, std::string("\0web", 4), 1 + kLarge),
       Listener(4, 7, std::string("/run/a.sock\0", 12), 4), Listener(5, 8, "", 5)}));
  UnixCollector collector = Make({"/run/*.sock", "@w?b"});
  const auto [samples, error, lack] = ReadFrom(collector);
  EXPECT_EQ(error, "");
  EXPECT_EQ(lack, "");
  EXPECT_EQ(FiguresOf(samples, "sockdiag_unix_listen_queue_length"),
            (Figures{{"/run/a.sock", 5}, {"@web", 3}}));
  EXPECT_EQ(FiguresOf(samples, "sockdiag_unix_listen_queue_limit"),
            (Figures{{"/run/a.sock", 12}, {"@web", 6}}));
  ASSERT_EQ(kernel_.requests.size(), 2U);
  const unix_diag_req request = RequestIn(kernel_.requests[1]);
  EXPECT_EQ(request.udiag_states, 1U << kListen);
  EXPECT_EQ(request.udiag_show, static_cast<unsigned>(UDIAG_SHOW_RQLEN | UDIAG_SHOW_NAME));

  kernel_.Add(SockDiagAnswer(3, {Unnamed(2, 5, 1), Unnamed(2, 5, 2)}));
  EXPECT_EQ(FiguresOf(ReadFrom(collector).samples, "sockdiag_unix_listen_queue_length"),
            (Figures{{"/run/a.sock", 2}}));
  EXPECT_EQ(kernel_.requests.size(), 3U) << "who is known is not asked for a name";
}

TEST_F(UnixTest, WithoutListenersNoNamesAreAskedFor) {
  kernel_.Add(SockDiagAnswer(1, {Socket(SOCK_STREAM, 1)}));
  UnixCollector collector = Make({"/run/*"});
  EXPECT_EQ(ReadFrom(collector).error, "");
  EXPECT_EQ(kernel_.requests.size(), 1U);
}

TEST_F(UnixTest, WhenNamesCannotBeReadTheRestIsShown) {
  kernel_.Add(SockDiagAnswer(1, {Unnamed(1, 5, 1)}));
  kernel_.Add(SockDiagAnswer(2, {Listener(1, 5, "/run/a", 1)}, -ENOMEM));
  kernel_.Add(SockDiagAnswer(3, {Unnamed(1, 5, 1), Unnamed(2, 5, 2)}));
  kernel_.Add(SockDiagAnswer(4, {Listener(1, 5, "/run/a", 1), Listener(2, 5, "/run/b", 2)}));
  UnixCollector collector = Make({"/run/*"});
  const auto [samples, error, lack] = ReadFrom(collector);
  EXPECT_NE(error, "");
  EXPECT_EQ(ValueOf(samples, "sockdiag_unix_sockets", "stream listen"), 1);
  EXPECT_TRUE(FiguresOf(samples, "sockdiag_unix_listen_queue_length").empty());
  EXPECT_EQ(FiguresOf(ReadFrom(collector).samples, "sockdiag_unix_listen_queue_length"),
            (Figures{{"/run/a", 1}, {"/run/b", 2}}));
}

TEST_F(UnixTest, MorePathsThanHavePlacesAreSaid) {
  std::vector<Bytes> unnamed;
  std::vector<Bytes> named;
  for (std::uint64_t i = 0; i <= NamedListeners::kMostNames; ++i) {
    unnamed.push_back(Unnamed(1, 5, i + 1));
    named.push_back(Listener(1, 5, "/run/" + std::to_string(i), i + 1));
  }
  kernel_.Add(SockDiagAnswer(1, unnamed));
  kernel_.Add(SockDiagAnswer(2, named));
  UnixCollector collector = Make({"/run/*"});
  const auto [samples, error, lack] = ReadFrom(collector);
  EXPECT_EQ(error, "");
  EXPECT_EQ(FiguresOf(samples, "sockdiag_unix_listen_queue_length").size(),
            NamedListeners::kMostNames);
  EXPECT_EQ(lack,
            "collectors.unix.paths names listeners of more than 100 paths: those that came later "
            "are not shown");
}

TEST_F(UnixTest, AKernelWithoutUnixDiagShowsNothingAndSaysSo) {
  kernel_.Add(SockDiagAnswer(1, {}, -ENOENT));
  UnixCollector collector = Make({"/run/*"});
  const auto [samples, error, lack] = ReadFrom(collector);
  EXPECT_EQ(error, "");
  EXPECT_TRUE(samples.families().empty());
  EXPECT_EQ(lack.find("the kernel lists no unix sockets: it has no unix_diag"), 0U) << lack;
}

TEST_F(UnixTest, ADumpThatFailsShowsNothing) {
  kernel_.Add(SockDiagAnswer(1, {Socket(SOCK_STREAM, 1)}, -ENOMEM));
  UnixCollector collector = Make();
  const auto [samples, error, lack] = ReadFrom(collector);
  EXPECT_NE(error, "");
  EXPECT_TRUE(samples.families().empty());
}

TEST(UnixDiag, RefusesWhatIsNoUnixSocket) {
  EXPECT_FALSE(DecodeUnixDiag({}));
  Bytes cut = Socket(SOCK_STREAM, 1);
  cut.pop_back();
  EXPECT_FALSE(DecodeUnixDiag(cut));
  Bytes other = Socket(SOCK_STREAM, 1);
  other[0] = std::byte{AF_INET};
  EXPECT_FALSE(DecodeUnixDiag(other));
}

TEST(UnixDiag, RefusesAttributesThatLie) {
  const Bytes listener = Socket(SOCK_STREAM, kListen);
  for (const Bytes& attribute :
       {Attribute(UNIX_DIAG_RQLEN, Bytes(7)), LyingAttribute(UNIX_DIAG_RQLEN, Bytes(8), 40),
        LyingAttribute(UNIX_DIAG_RQLEN, Bytes(8), 3), Bytes(3)}) {
    EXPECT_FALSE(DecodeUnixDiag(Join(listener, attribute)));
  }
}

TEST(UnixDiag, AListenerMayLackAttributes) {
  const auto socket = DecodeUnixDiag(Socket(SOCK_STREAM, kListen));
  ASSERT_TRUE(socket);
  EXPECT_FALSE(socket->queue);
  EXPECT_TRUE(socket->name.empty());
}

}  // namespace
}  // namespace sockdiag
