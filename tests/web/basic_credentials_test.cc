#include "web/basic_credentials.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "tests/web/authorization.h"

namespace sockdiag::web {
namespace {

void ExpectRead(const std::string& header, const std::string& user, const std::string& password) {
  const auto credentials = ParseBasicCredentials(header);
  ASSERT_NE(credentials, nullptr) << header;
  EXPECT_EQ(credentials->user, user);
  EXPECT_EQ(credentials->password, password);
}

TEST(BasicCredentials, AreReadFromTheBasicScheme) {
  // The example of RFC 7617, section 2.
  ExpectRead("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame");
  ExpectRead("bAsIC QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame");
  ExpectRead("Basic   QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame");
  // The example of section 2.1: a pound sign as UTF-8.
  ExpectRead("Basic dGVzdDoxMjPCow==", "test", "123\xc2\xa3");
}

TEST(BasicCredentials, EndTheNameAtTheFirstColon) {
  ExpectRead(Authorization("a", "b:c:"), "a", "b:c:");
  ExpectRead(Authorization("", ""), "", "");
  ExpectRead(Authorization("a", ""), "a", "");
  ExpectRead(Authorization("", "b"), "", "b");
}

TEST(BasicCredentials, AreNotReadFromAnythingElse) {
  for (const std::string header : {"",
                                   "Basic",
                                   "Basic ",
                                   "Basic    ",
                                   "Bearer YTpi",
                                   "BasicYTpi",
                                   "Basic\tYTpi",
                                   " Basic YTpi",
                                   "Basic YTpi ",
                                   "Basic YT pi",
                                   "Basic YT\npi",
                                   "Basic YTpiYw",
                                   "Basic YTpi=",
                                   "Basic YTpi====",
                                   "Basic YT=pi",
                                   "Basic =",
                                   "Basic ====",
                                   "Basic YTp",
                                   "Basic YTpi, Basic YTpi",
                                   "Basic YTpi-w==",
                                   "Basic YTpi_w==",
                                   "Basic YWI="}) {
    EXPECT_EQ(ParseBasicCredentials(header), nullptr) << header;
  }
}

TEST(BasicCredentials, HoldNoNul) {
  EXPECT_EQ(ParseBasicCredentials(Authorization("a", std::string("b\0c", 3))), nullptr);
  EXPECT_EQ(ParseBasicCredentials(Authorization(std::string("\0", 1), "b")), nullptr);
}

TEST(BasicCredentials, AreLimitedInLength) {
  // Three bytes become four; the scheme takes six, and one byte is the colon.
  const std::size_t fitting = (kMaxAuthorizationBytes - 6) / 4 * 3 - 1;
  ExpectRead(Authorization("", std::string(fitting, 'p')), "", std::string(fitting, 'p'));
  EXPECT_EQ(ParseBasicCredentials(Authorization("", std::string(fitting + 1, 'p'))), nullptr);
}

}  // namespace
}  // namespace sockdiag::web
