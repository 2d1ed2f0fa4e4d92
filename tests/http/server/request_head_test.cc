#include "http/server/request_head.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace sockdiag::http {
namespace {

/// A head as the library leaves it: separators overwritten by zeros, `~` for each here.
class HeadBuilder {
 public:
  explicit HeadBuilder(std::string head) : bytes_(std::move(head)) {
    for (char& letter : bytes_) letter = letter == '~' ? '\0' : letter;
  }
  HeadBuilder& Add(const std::string& name, const std::string& value) {
    request_.headers.push_back({View(name), View(value)});
    return *this;
  }
  [[nodiscard]] unsigned Status() {
    request_.method = View("GET");
    const std::string_view version =
        View(bytes_.find("HTTP/1.0") != bytes_.npos ? "HTTP/1.0" : "HTTP/1.1");
    const std::optional<Response> refusal = RefuseHead({.request = request_,
                                                        .target = ParseTarget(View("/m")),
                                                        .version = version,
                                                        .bytes = bytes_});
    return refusal ? refusal->status : 200;
  }

 private:
  std::string_view View(const std::string& part) const {
    return std::string_view(bytes_).substr(bytes_.find(part), part.size());
  }

  std::string bytes_;
  Request request_;
};

TEST(RequestHead, TakesAnOrdinaryHead) {
  EXPECT_EQ(
      HeadBuilder("GET~/m~HTTP/1.1~~Host~ h~~X~ y~~~~").Add("Host", "h").Add("X", "y").Status(),
      200U);
  EXPECT_EQ(HeadBuilder("GET~/m~HTTP/1.1~Host~\th~~").Add("Host", "h").Status(), 200U);
  EXPECT_EQ(HeadBuilder("GET~/m~HTTP/1.0~~~~").Status(), 200U);
}

TEST(RequestHead, RefusesTextThatNoFieldCovers) {
  for (const char* bytes :
       {"GET~x~/m~HTTP/1.1~~Host~ h~~~~", "GET~~/m~HTTP/1.1~~Host~ h~~~~",
        "GET~/m~x HTTP/1.1~~Host~ h~~~~", "GET~/m~HTTP/1.1~~~~~Host~ h~~~~",
        "GET~/m~HTTP/1.1~~Host~x~ h~~~~", "GET~/m~HTTP/1.1~~Host~ h~x~~~~",
        "GET~/m~HTTP/1.1~~Host~ h~~ folded~~~~", "GET~/m~HTTP/1.1~~Host~ h~~~~~"}) {
    EXPECT_EQ(HeadBuilder(bytes).Add("Host", "h").Status(), 400U) << bytes;
  }
}

TEST(RequestHead, RefusesAFieldThatIsElsewhere) {
  const std::string_view bytes("GET\0/m\0HTTP/1.0\0\0X\0 y\0\0\0\0", 25);
  const std::string elsewhere = "X";
  Request request{.method = bytes.substr(0, 3), .path = "/m", .headers = {}};
  const RequestTarget target = ParseTarget(bytes.substr(4, 2));
  const RequestHead head{
      .request = request, .target = target, .version = bytes.substr(7, 8), .bytes = bytes};
  request.headers = {{bytes.substr(17, 1), bytes.substr(20, 1)}};
  EXPECT_FALSE(RefuseHead(head));
  request.headers = {{elsewhere, bytes.substr(20, 1)}};
  const std::optional<Response> refusal = RefuseHead(head);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 400U);
}

}  // namespace
}  // namespace sockdiag::http
