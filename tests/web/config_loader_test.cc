#include "web/config_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/refusals.h"

namespace sockdiag::web {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kHash = "$2y$10$abcdefghijklmnopqrstuuGx1zY9vRkq0wS2c3d4e5f6g7h8i9j0k";

void ExpectRefused(std::initializer_list<sockdiag::testing::Refusal> refusals) {
  sockdiag::testing::ExpectRefused(ParseWebConfig, "w.yml", refusals);
}

LoadedWebConfig ExpectAccepted(const std::string& yaml, const std::string& path = "w.yml") {
  Result<LoadedWebConfig> loaded = ParseWebConfig(yaml, path);
  EXPECT_TRUE(loaded.has_value()) << loaded.error().message;
  return loaded ? *std::move(loaded) : LoadedWebConfig{};
}

std::vector<std::pair<std::string, std::string>> HeadersOf(const LoadedWebConfig& loaded) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const auto& header : loaded.config.headers) headers.emplace_back(header.name, header.value);
  return headers;
}

TEST(WebConfig, OfNothingIsPlainHttpForEverybody) {
  for (const std::string yaml :
       {"", "# nothing yet\n", "{}", "basic_auth_users: {}",
        "tls_server_config:\nhttp_server_config:\n  headers:\nbasic_auth_users:\nrate_limit:\n",
        "http_server_config: {http2: true}"}) {
    const LoadedWebConfig loaded = ExpectAccepted(yaml);
    EXPECT_FALSE(loaded.config.tls.has_value()) << yaml;
    EXPECT_THAT(loaded.config.basic_auth_users, IsEmpty());
    EXPECT_THAT(loaded.config.headers, IsEmpty());
    EXPECT_EQ(loaded.config.rate_limit, RateLimit{});
    EXPECT_THAT(loaded.files, ElementsAre("w.yml"));
  }
}

TEST(WebConfig, ReadsEverySection) {
  const LoadedWebConfig loaded = ExpectAccepted(
      "tls_server_config:\n"
      "  cert_file: exporter.crt\n"
      "  key_file: exporter.key\n"
      "http_server_config:\n"
      "  http2: false\n"
      "  headers:\n"
      "    Strict-Transport-Security: max-age=600; includeSubDomains\n"
      "    X-Frame-Options: sameorigin\n"
      "    X-XSS-Protection: 0\n"
      "    Content-Security-Policy: >\n"
      "      default-src 'none';\n"
      "      img-src 'self'\n"
      "    X-Content-Type-Options: nosniff\n"
      "basic_auth_users:\n"
      "  prometheus: " +
      kHash + "\n" + "  \"J\xc3\xbcrgen Doe\": '$2a$04" + kHash.substr(6) + "'\n" +
      "  \"\": $2b$16" + kHash.substr(6) + "\n" +
      "rate_limit:\n"
      "  interval: 100ms\n"
      "  burst: 20\n");
  ASSERT_TRUE(loaded.config.tls.has_value());
  http::TlsSettings expected;
  expected.certificate.file = "exporter.crt";
  expected.key.file = "exporter.key";
  EXPECT_EQ(*loaded.config.tls, expected);
  using Fields = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(HeadersOf(loaded),
            (Fields{{"Content-Security-Policy", "default-src 'none'; img-src 'self'"},
                    {"X-Frame-Options", "sameorigin"},
                    {"X-Content-Type-Options", "nosniff"},
                    {"X-XSS-Protection", "0"},
                    {"Strict-Transport-Security", "max-age=600; includeSubDomains"}}));
  using Users = std::map<std::string, std::string>;
  EXPECT_EQ(loaded.config.basic_auth_users,
            (Users{{"prometheus", kHash},
                   {"J\xc3\xbcrgen Doe", "$2a$04" + kHash.substr(6)},
                   {"", "$2b$16" + kHash.substr(6)}}));
  EXPECT_EQ(loaded.config.rate_limit, (RateLimit{milliseconds(100), 20}));
}

TEST(WebConfig, LeavesHeadersUnsetThatAreBlank) {
  const LoadedWebConfig loaded = ExpectAccepted(
      "http_server_config:\n  headers:\n    X-Frame-Options: ''\n    X-XSS-Protection:\n"
      "    X-Content-Type-Options: ' '\n    Content-Security-Policy: \"\\n\"\n");
  EXPECT_THAT(loaded.config.headers, IsEmpty());
}

TEST(WebConfig, RefusesHeadersThatMayNotBeSet) {
  const std::string start = "http_server_config:\n  headers:\n    ";
  const std::string path = "http_server_config.headers.";
  ExpectRefused(
      {{start + "Server: x\n",
        "w.yml:3:5: " + path +
            "Server: unknown key; known: Content-Security-Policy, X-Frame-Options, "
            "X-Content-Type-Options, X-XSS-Protection, Strict-Transport-Security"},
       {start + "x-frame-options: deny\n",
        "w.yml:3:5: " + path +
            "x-frame-options: unknown key; known: Content-Security-Policy, X-Frame-Options, "
            "X-Content-Type-Options, X-XSS-Protection, Strict-Transport-Security"},
       {start + "X-Frame-Options: DENY\n",
        "w.yml:3:22: " + path + "X-Frame-Options: DENY is not deny or sameorigin"},
       {start + "X-Content-Type-Options: sniff\n",
        "w.yml:3:29: " + path + "X-Content-Type-Options: sniff is not nosniff"},
       {start + "X-XSS-Protection: \"1\\r\\nSet-Cookie: a=b\"\n",
        "w.yml:3:23: " + path +
            "X-XSS-Protection: holds a line break or another character that is not printable "
            "ASCII"},
       {start + "X-XSS-Protection: [1]\n",
        "w.yml:3:23: " + path + "X-XSS-Protection: expected the value of a header, not a list"},
       {start + "X-XSS-Protection: " + std::string(kMaxHeaderValueBytes + 1, 'x') + "\n",
        "w.yml:3:23: " + path + "X-XSS-Protection: 2049 bytes, at most 2048 are allowed"},
       {start + "X-XSS-Protection: 1\n    X-XSS-Protection: 0\n",
        "w.yml:4:5: " + path + "X-XSS-Protection: duplicate key, first on line 3"}});
}

TEST(WebConfig, RefusesWhatIsNotABcryptHashWithoutRepeatingIt) {
  const auto refuse = [](const std::string& value, const std::string& message) {
    ExpectRefused({{"basic_auth_users:\n  alice: " + value + "\n",
                    "w.yml:2:10: basic_auth_users.alice: " + message}});
  };
  const std::string expected = "a bcrypt hash such as htpasswd -nB makes";
  const std::string no_prefix = "not " + expected + ": it does not begin with $2a$, $2b$ or $2y$";
  refuse("secret", no_prefix);
  refuse("123", no_prefix);
  refuse("''", no_prefix);
  refuse("$apr1$abcdefgh$0123456789abcdefghijkl", no_prefix);
  refuse("$2x" + kHash.substr(3), no_prefix);
  refuse("$2$10$" + kHash.substr(7), no_prefix);
  refuse(kHash.substr(0, 59), "not " + expected + ": it is 59 bytes long, not 60");
  refuse("\"" + kHash + "\\n\"", "not " + expected + ": it is 61 bytes long, not 60");
  for (const std::string cost : {"03", "17", "32", "4$", "1a", "+9"}) {
    refuse("$2y$" + cost + kHash.substr(6), "not " + expected + ": the cost is not in 04..16");
  }
  refuse("$2y$10." + kHash.substr(7), "not " + expected + ": the cost is not in 04..16");
  refuse(kHash.substr(0, 59) + "=",
         "not " + expected + ": it holds a character other than ./0-9A-Za-z");
  refuse("[" + kHash + "]", "expected " + expected + ", not a list");
  refuse("~", "expected " + expected + ", not null");
}

TEST(WebConfig, RefusesUserNamesThatCannotBeSent) {
  const std::string colon =
      "basic_auth_users: a user name with a colon cannot be sent (RFC 7617); is there no space "
      "behind the colon?";
  const std::string user = "basic_auth_users:\n  alice: " + kHash + "\n  ";
  ExpectRefused(
      {{user + "'a:b': " + kHash + "\n", "w.yml:3:3: " + colon},
       // The hash is in the name here, and so in the path of the value and of the key.
       {"basic_auth_users: {alice:" + kHash + "}", "w.yml:1:20: " + colon},
       {"basic_auth_users: {alice:" + kHash + ", alice:" + kHash + "}", "w.yml:1:20: " + colon},
       {user + "\"a\\tb\": " + kHash + "\n",
        "w.yml:3:3: basic_auth_users: a user name holds a control character"},
       {user + "alice: " + kHash + "\n",
        "w.yml:3:3: basic_auth_users.alice: duplicate key, first on line 2"},
       {"basic_auth_users:\n  ? " + std::string(257, 'u') + "\n  : " + kHash + "\n",
        "w.yml:2:5: basic_auth_users: a user name is 257 bytes long, at most 256 are "
        "allowed"}});
}

TEST(WebConfig, RefusesMoreUsersThanAllowed) {
  std::string yaml = "basic_auth_users:\n";
  for (std::size_t i = 0; i <= kMaxUsers; ++i) yaml += "  u" + std::to_string(i) + ": x\n";
  ExpectRefused({{yaml, "w.yml:2:3: basic_auth_users: 1001 entries, at most 1000 are allowed"}});
}

TEST(WebConfig, RefusesSectionsThatAreNoMappingsWithoutRepeatingTheirText) {
  ExpectRefused(
      {{kHash, "w.yml:1:1: expected a mapping, not text"},
       {"- a",
        "w.yml:1:1: expected a mapping of tls_server_config, http_server_config, "
        "basic_auth_users, rate_limit, not a list"},
       {"basic_auth_users: " + kHash, "w.yml:1:19: basic_auth_users: expected a mapping, not text"},
       {"basic_auth_users: [alice]",
        "w.yml:1:19: basic_auth_users: expected a mapping of users to bcrypt hashes, not a list"},
       {"tls_server_config: '-----BEGIN PRIVATE KEY-----'",
        "w.yml:1:20: tls_server_config: expected a mapping, not text"},
       {"rate_limit: []",
        "w.yml:1:13: rate_limit: expected a mapping of interval, burst, not a list"},
       {"http_server_config:\n  headers: []",
        "w.yml:2:12: http_server_config.headers: expected a mapping of Content-Security-Policy, "
        "X-Frame-Options, X-Content-Type-Options, X-XSS-Protection, Strict-Transport-Security, "
        "not a list"}});
}

TEST(WebConfig, RefusesUnknownKeysAndWrongTypes) {
  ExpectRefused(
      {{"tls_config: {}",
        "w.yml:1:1: tls_config: unknown key; known: tls_server_config, "
        "http_server_config, basic_auth_users, rate_limit"},
       {"basic_auth_user: {}",
        "w.yml:1:1: basic_auth_user: unknown key (did you mean basic_auth_users?); known: "
        "tls_server_config, http_server_config, basic_auth_users, rate_limit"},
       {"http_server_config: {http2: yes}",
        "w.yml:1:29: http_server_config.http2: yes is not true or false"},
       {"http_server_config: {http3: true}",
        "w.yml:1:22: http_server_config.http3: unknown key (did you mean http2?); known: http2, "
        "headers"},
       {"rate_limit: {}\nrate_limit: {}", "w.yml:2:1: rate_limit: duplicate key, first on line 1"},
       {"rate_limit: {",
        "w.yml:1:14: invalid YAML: end of map flow not found; check indentation, "
        "brackets and quotes"}});
}

TEST(WebConfig, ReadsTheRateLimit) {
  const auto read = [](const std::string& keys) {
    return ExpectAccepted("rate_limit: {" + keys + "}").config.rate_limit;
  };
  EXPECT_EQ(read("interval: 1s, burst: 1"), (RateLimit{seconds(1), 1}));
  EXPECT_EQ(read("interval: 1ns, burst: 2147483647"), (RateLimit{nanoseconds(1), 2'147'483'647}));
  EXPECT_EQ(read("interval: 0"), (RateLimit{seconds(0), 0}));
  EXPECT_EQ(read("interval: 0s, burst: 0"), (RateLimit{seconds(0), 0}));
  EXPECT_EQ(read("burst: 5"), (RateLimit{seconds(0), 5}));
}

TEST(WebConfig, RefusesRateLimitsThatLetNothingThrough) {
  ExpectRefused(
      {{"rate_limit: {interval: 1s}",
        "w.yml:1:24: rate_limit.interval: burst is missing, and without it every request is "
        "refused"},
       {"rate_limit: {interval: 1s, bursts: 3}",
        "w.yml:1:28: rate_limit.bursts: unknown key (did you mean burst?); known: interval, "
        "burst"},
       {"rate_limit: {interval: 1s, burst: 0}",
        "w.yml:1:35: rate_limit.burst: 0 refuses every request; write at least 1, or interval: 0 "
        "for no limit"},
       {"rate_limit: {interval: 1s, burst: -1}",
        "w.yml:1:35: rate_limit.burst: -1 is not in 0..2147483647"},
       {"rate_limit: {interval: 1s, burst: 2147483648}",
        "w.yml:1:35: rate_limit.burst: 2147483648 is not in 0..2147483647"},
       {"rate_limit: {interval: 1s, burst: '1'}",
        "w.yml:1:35: rate_limit.burst: expected a whole number, not the text \"1\""},
       {"rate_limit: {interval: 1000, burst: 1}",
        "w.yml:1:24: rate_limit.interval: 1000 has no unit; write 1000s for seconds"},
       {"rate_limit: {interval: -1s, burst: 1}",
        "w.yml:1:24: rate_limit.interval: -1s is negative"},
       {"rate_limit: {interval: ~, burst: 1}",
        "w.yml:1:24: rate_limit.interval: expected a duration such as 1s or 100ms, not null"}});
}

TEST(WebConfig, RepeatsNoHashThatStandsInPlaceOfAKey) {
  for (const std::string& yaml :
       std::vector<std::string>{"basic_auth_users: {'" + kHash + "': bob}", "'" + kHash + "': bob",
                                "tls_server_config: {'" + kHash + "': x}"}) {
    const Result<LoadedWebConfig> loaded = ParseWebConfig(yaml, "w.yml");
    ASSERT_FALSE(loaded) << yaml;
    EXPECT_NE(loaded.error().message.find("a bcrypt hash in place of a key"), std::string::npos);
    EXPECT_EQ(loaded.error().message.find(kHash.substr(7, 10)), std::string::npos);
  }
}

}  // namespace
}  // namespace sockdiag::web
