#include "http/tls/priorities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/tls/cipher_suites.h"
#include "http/tls/context.h"
#include "tests/http/support/test_certificates.h"
#include "tests/http/tls/handshake_pair.h"

namespace sockdiag::http {
namespace {

using ::testing::HasSubstr;

constexpr const char* kOnly12 = "NORMAL:+RSA:-VERS-ALL:+VERS-TLS1.2";

class TlsPrioritiesTest : public ::testing::Test {
 protected:
  [[nodiscard]] Result<std::shared_ptr<const TlsContext>> Load(
      const Identity& identity, const std::vector<std::string>& suites) const {
    TlsSettings settings = settings_;
    settings.certificate.text = identity.certificate;
    settings.key.text = identity.key;
    settings.cipher_suites = suites;
    return TlsContext::Load(settings);
  }
  [[nodiscard]] std::string Agree(const Identity& identity, const std::vector<std::string>& suites,
                                  const std::string& offered) const {
    const Result<std::shared_ptr<const TlsContext>> loaded = Load(identity, suites);
    if (!loaded) return loaded.error().message;
    const HandshakeOutcome outcome = ShakeHands(*loaded, {.priorities = offered});
    if (outcome.served) return outcome.suite;
    return gnutls_alert_get_name(outcome.alert);
  }

  TlsSettings settings_;
  const CertificateAuthority ca_{"ca"};
  const Identity ecdsa_ = ca_.Issue({});
  const Identity rsa_ = ca_.Issue({.algorithm = GNUTLS_PK_RSA, .bits = 2048});
};

TEST_F(TlsPrioritiesTest, KnowEverySuiteAsGnuTlsNumbersIt) {
  for (const CipherSuite& suite : CipherSuites()) {
    bool is_found = false;
    std::array<unsigned char, 2> id{};
    for (std::size_t index = 0;
         gnutls_cipher_suite_info(index, id.data(), nullptr, nullptr, nullptr, nullptr) != nullptr;
         ++index) {
      is_found = is_found || id == suite.id;
    }
    EXPECT_TRUE(is_found) << suite.name;
  }
}

TEST_F(TlsPrioritiesTest, OfferExactlyTheSuiteAskedFor) {
  for (const CipherSuite& suite : CipherSuites()) {
    if (suite.key_exchange == KeyExchange::kTls13) continue;
    const Identity& identity = suite.key_exchange == KeyExchange::kEcdheEcdsa ? ecdsa_ : rsa_;
    EXPECT_EQ(Agree(identity, {std::string(suite.name)}, kOnly12), suite.name);
  }
}

TEST_F(TlsPrioritiesTest, RefuseAClientWithoutACommonSuite) {
  EXPECT_EQ(Agree(rsa_, {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
                  std::string(kOnly12) + ":-CIPHER-ALL:+AES-128-GCM"),
            "Handshake failed");
}

TEST_F(TlsPrioritiesTest, LeaveTls13Alone) {
  const std::vector<std::string> cbc{"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"};
  EXPECT_EQ(Agree(rsa_, cbc, "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+CHACHA20-POLY1305"),
            "TLS_CHACHA20_POLY1305_SHA256");
  EXPECT_EQ(Agree(rsa_, {cbc[0], "TLS_AES_128_GCM_SHA256"}, kOnly12), cbc[0]);
}

TEST_F(TlsPrioritiesTest, LeaveNothingButTls13WithItsSuitesAlone) {
  const std::vector<std::string> tls13{"TLS_AES_128_GCM_SHA256"};
  EXPECT_EQ(Agree(rsa_, tls13, kOnly12), "Error in protocol version");
  EXPECT_THAT(Agree(rsa_, tls13, "NORMAL"), HasSubstr("TLS_AES"));
  settings_.max_version = TlsVersion::kTls12;
  EXPECT_THAT(Agree(rsa_, tls13, kOnly12), HasSubstr("tls_server_config.cipher_suites: none"));
}

TEST_F(TlsPrioritiesTest, PreferTheOrderOfTheListOrOfTheClient) {
  const std::vector<std::string> suites{"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                                        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"};
  const std::string reversed = std::string(kOnly12) + ":-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM";
  EXPECT_THAT(Agree(rsa_, suites, reversed), HasSubstr("AES_256"));
  settings_.prefer_server_cipher_suites = false;
  EXPECT_THAT(Agree(rsa_, suites, reversed), HasSubstr("AES_128"));
}

TEST_F(TlsPrioritiesTest, LeaveOutSuitesForOtherKeys) {
  const std::vector<std::string> suites{"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                                        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"};
  EXPECT_EQ(Agree(rsa_, suites, kOnly12), suites[1]);
  EXPECT_EQ(Agree(ecdsa_, suites, kOnly12), suites[0]);
  EXPECT_EQ(Agree(ecdsa_, {suites[1]}, kOnly12),
            "tls_server_config.cipher_suites: none of them is for TLS 1.2 or older and a key of "
            "type EC/ECDSA, as the server's is");
}

TEST_F(TlsPrioritiesTest, RefuseWhatGnuTlsCannotOfferAlone) {
  EXPECT_THAT(
      Agree(rsa_, {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_GCM_SHA384"},
            kOnly12),
      HasSubstr("tls_server_config.cipher_suites: GnuTLS cannot offer these without TLS_"));
}

TEST_F(TlsPrioritiesTest, RefuseUnknownSuites) {
  EXPECT_EQ(Agree(rsa_, {"TLS_RSA_WITH_RC4_128_SHA"}, kOnly12),
            "tls_server_config.cipher_suites: unknown cipher suite \"TLS_RSA_WITH_RC4_128_SHA\"");
}

}  // namespace
}  // namespace sockdiag::http
