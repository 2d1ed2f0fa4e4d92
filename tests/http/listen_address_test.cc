#include "http/listen_address.h"

#include <gtest/gtest.h>

namespace sockdiag::http {
namespace {

std::string ErrorOf(const std::string& text) {
  const Result<ListenAddress> parsed = ParseListenAddress(text);
  return parsed ? "accepted" : parsed.error().message;
}

TEST(ListenAddress, ReadsEveryForm) {
  for (const char* text : {":10204", ":0", "127.0.0.1:80", "localhost:65535", "my-host.example:1",
                           "[::1]:10204", "[::]:0", "[fe80::1%eth0]:9", "unix:/run/x.sock"}) {
    const Result<ListenAddress> parsed = ParseListenAddress(text);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(ToText(*parsed), text);
  }
}

TEST(ListenAddress, TakesBracketsOff) {
  const Result<ListenAddress> parsed = ParseListenAddress("[2001:db8::1]:443");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->host, "2001:db8::1");
  EXPECT_EQ(parsed->port, 443);
  EXPECT_EQ(parsed->kind, ListenAddress::Kind::kTcp);
}

TEST(ListenAddress, RejectsOtherForms) {
  for (const char* text :
       {"", "foo", ":", "host:", "host:http", "host:-1", "host:+1", "[::1]", "[]:80", "a b:80",
        "http://host:80", "host:80/", "*:80", "tcp:host:80", "[::1:80"}) {
    EXPECT_EQ(ErrorOf(text), "\"" + std::string(text) +
                                 "\": expected host:port, [ipv6]:port, :port or unix:/path");
  }
}

TEST(ListenAddress, SaysWhichPortIsOutOfRange) {
  EXPECT_EQ(ErrorOf(":65536"), "\":65536\": port 65536 is not in 0..65535");
  EXPECT_EQ(ErrorOf("h:99999999999"), "\"h:99999999999\": port 99999999999 is not in 0..65535");
}

TEST(ListenAddress, AsksForBracketsAroundIpv6) {
  const std::string hint = "an IPv6 address needs brackets, as in [::1]:10204";
  EXPECT_EQ(ErrorOf("::1"), "\"::1\": " + hint);
  EXPECT_EQ(ErrorOf("fe80::2:80"), "\"fe80::2:80\": " + hint);
}

TEST(ListenAddress, RejectsBracketsAroundAnythingElse) {
  EXPECT_EQ(ErrorOf("[127.0.0.1]:80"), "\"[127.0.0.1]:80\": \"127.0.0.1\" is not an IPv6 address");
}

TEST(ListenAddress, SaysWhyNobodyCanListenThere) {
  const std::string interface =
      "a link-local address needs its interface, as in [fe80::1%eth0]:10204";
  for (const std::string text : {"[fe80::1]:80", "[FE80::1]:80", "[febf::1]:80", "[fe80::1%]:80"}) {
    EXPECT_EQ(ErrorOf(text), "\"" + text + "\": " + interface);
  }
  EXPECT_EQ(ErrorOf("[::ffff:127.0.0.1]:80"),
            "\"[::ffff:127.0.0.1]:80\": an IPv4 address is written without brackets, as in "
            "127.0.0.1:10204");
  EXPECT_EQ(ErrorOf("[fec0::1]:80"), "accepted");
}

TEST(ListenAddress, ChecksThePathOfAUnixSocket) {
  EXPECT_EQ(ErrorOf("unix:"), "\"unix:\": the path of a unix socket must be absolute");
  EXPECT_EQ(ErrorOf("unix:x.sock"), "\"unix:x.sock\": the path of a unix socket must be absolute");
  const std::string longest = "unix:/" + std::string(106, 'x');
  EXPECT_EQ(ErrorOf(longest), "accepted");
  EXPECT_EQ(ErrorOf(longest + "x"),
            "\"" + longest + "x\": the path of the unix socket has 108 bytes, the limit is 107");
}

}  // namespace
}  // namespace sockdiag::http
