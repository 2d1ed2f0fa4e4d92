#include "http/tls/context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <fstream>

#include "tests/http/support/test_certificates.h"
#include "tests/http/support/test_server.h"
#include "tests/http/tls/handshake_pair.h"

namespace sockdiag::http {
namespace {

using ::testing::HasSubstr;

TlsSettings SettingsOf(const Identity& identity) {
  TlsSettings settings;
  settings.certificate.text = identity.certificate;
  settings.key.text = identity.key;
  return settings;
}

std::shared_ptr<const TlsContext> Load(const TlsSettings& settings) {
  Result<std::shared_ptr<const TlsContext>> loaded = TlsContext::Load(settings);
  if (!loaded) throw std::runtime_error(loaded.error().message);
  return *loaded;
}

std::string LoadError(const TlsSettings& settings) {
  const Result<std::shared_ptr<const TlsContext>> loaded = TlsContext::Load(settings);
  return loaded ? "loaded" : loaded.error().message;
}

Identity EcdsaServer() { return CertificateAuthority("ca").Issue({.dns_names = {"localhost"}}); }

TEST(TlsContext, ServesWithEachKindOfKey) {
  const CertificateAuthority ca("ca");
  const Identity ecdsa = ca.Issue({});
  const Identity rsa = ca.Issue({.algorithm = GNUTLS_PK_RSA, .bits = 2048});
  const Identity ed25519 = ca.Issue({.algorithm = GNUTLS_PK_EDDSA_ED25519,
                                     .bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519)});
  for (const Identity& identity : {ecdsa, rsa, ed25519}) {
    for (const char* priorities : {"NORMAL:-VERS-ALL:+VERS-TLS1.2", "NORMAL"}) {
      const HandshakeOutcome outcome =
          ShakeHands(Load(SettingsOf(identity)), {.priorities = priorities});
      EXPECT_TRUE(outcome.served);
      EXPECT_EQ(outcome.server_certificate, FirstCertificate(identity.certificate));
    }
  }
}

TEST(TlsContext, SendsTheIntermediatesOfItsCertificate) {
  const CertificateAuthority intermediate = CertificateAuthority("ca").MakeIntermediate("middle");
  const HandshakeOutcome outcome = ShakeHands(Load(SettingsOf(intermediate.Issue({}))));
  EXPECT_TRUE(outcome.served);
  EXPECT_EQ(outcome.chain_length, 2U);
}

TEST(TlsContext, SpeaksHttp11) {
  EXPECT_EQ(ShakeHands(Load(SettingsOf(EcdsaServer()))).application_protocol, "http/1.1");
}

TEST(TlsContext, KeepsNoMemoryForThreadsThatEnded) {
  const auto context = Load(SettingsOf(EcdsaServer()));
  // Each handshake runs on a new thread.
  const auto shake_hands = [&](std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) EXPECT_TRUE(ShakeHands(context).served);
    return mallinfo2().uordblks;
  };
  constexpr std::size_t kTimes = 200;
  const std::size_t before = shake_hands(kTimes);
  if (before == 0) GTEST_SKIP() << "another allocator is in use";
  EXPECT_LT(shake_hands(kTimes), before + kTimes * 100);
}

TEST(TlsContext, ReadsFiles) {
  const TemporaryDirectory directory;
  const Identity identity = EcdsaServer();
  TlsSettings settings;
  settings.certificate.file = directory.Path("tls.crt");
  settings.key.file = directory.Path("tls.key");
  EXPECT_THAT(LoadError(settings),
              HasSubstr("tls_server_config.cert_file: " + settings.certificate.file +
                        ": No such file or directory"));
  std::ofstream(settings.certificate.file) << identity.certificate;
  std::ofstream(settings.key.file) << identity.key;
  EXPECT_TRUE(ShakeHands(Load(settings)).served);
}

TEST(TlsContext, TakesCertificateAndKeyFromOneFile) {
  const TemporaryDirectory directory;
  const Identity identity = EcdsaServer();
  TlsSettings settings;
  settings.certificate.file = settings.key.file = directory.Path("both.pem");
  std::ofstream(settings.key.file) << identity.certificate << identity.key;
  EXPECT_TRUE(ShakeHands(Load(settings)).served);
}

TEST(TlsContext, RefusesWhatCannotServe) {
  const TlsSettings good = SettingsOf(EcdsaServer());
  TlsSettings settings = good;
  settings.certificate = {};
  EXPECT_EQ(LoadError(settings), "tls_server_config: missing cert or cert_file");
  settings = good;
  settings.key = {};
  EXPECT_EQ(LoadError(settings), "tls_server_config: missing key or key_file");
  settings = good;
  settings.certificate.text = "nothing";
  EXPECT_THAT(LoadError(settings), HasSubstr("tls_server_config.cert: no certificate"));
  settings = good;
  settings.key.text = "nothing";
  EXPECT_THAT(LoadError(settings), HasSubstr("tls_server_config.key: no private key"));
  settings = good;
  settings.key.text = EcdsaServer().key;
  EXPECT_EQ(LoadError(settings),
            "tls_server_config.key: is not the key of the certificate in tls_server_config.cert");
}

TEST(TlsContext, RefusesClientSettingsThatContradict) {
  const CertificateAuthority ca("ca");
  const TlsSettings good = SettingsOf(ca.Issue({}));
  TlsSettings settings = good;
  settings.client_ca.text = ca.Certificate();
  EXPECT_THAT(LoadError(settings), HasSubstr("no client_auth_type that uses it"));
  settings = good;
  settings.client_auth = ClientAuth::kRequireAndVerifyClientCert;
  settings.client_ca.text = "nothing";
  EXPECT_THAT(LoadError(settings), HasSubstr("tls_server_config.client_ca: no"));
  for (const ClientAuth type : {ClientAuth::kNoClientCert, ClientAuth::kRequestClientCert,
                                ClientAuth::kVerifyClientCertIfGiven}) {
    settings = good;
    settings.client_auth = type;
    settings.client_allowed_sans = {"a"};
    EXPECT_THAT(LoadError(settings), HasSubstr("tls_server_config.client_allowed_sans: needs"));
  }
}

TEST(TlsContext, KeepsToTheVersions) {
  const Identity identity = EcdsaServer();
  const auto version = [&](TlsVersion min, TlsVersion max, const char* offered) {
    TlsSettings settings = SettingsOf(identity);
    settings.min_version = min;
    settings.max_version = max;
    return ShakeHands(Load(settings), {.priorities = offered});
  };
  constexpr const char* kOnly11 = "NORMAL:-VERS-ALL:+VERS-TLS1.1";
  constexpr const char* kOnly12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
  constexpr const char* kOnly13 = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
  using enum TlsVersion;
  EXPECT_EQ(version(kTls12, kTls13, "NORMAL").version, GNUTLS_TLS1_3);
  EXPECT_EQ(version(kTls12, kTls12, "NORMAL").version, GNUTLS_TLS1_2);
  EXPECT_EQ(version(kTls13, kTls13, "NORMAL").version, GNUTLS_TLS1_3);
  EXPECT_EQ(version(kTls10, kTls11, kOnly11).version, GNUTLS_TLS1_1);
  EXPECT_EQ(version(kTls10, kTls13, "NORMAL:-VERS-ALL:+VERS-TLS1.0").version, GNUTLS_TLS1_0);
  for (const HandshakeOutcome& outcome :
       {version(kTls12, kTls13, kOnly11), version(kTls13, kTls13, kOnly12)}) {
    EXPECT_FALSE(outcome.served);
    EXPECT_EQ(outcome.alert, GNUTLS_A_PROTOCOL_VERSION);
  }
  // This one's first message looks like that of TLS 1.2, without any of its suites.
  EXPECT_EQ(version(kTls12, kTls12, kOnly13).alert, GNUTLS_A_HANDSHAKE_FAILURE);
  TlsSettings settings = SettingsOf(identity);
  settings.min_version = kTls13;
  settings.max_version = kTls12;
  EXPECT_EQ(LoadError(settings), "tls_server_config.min_version: TLS13 is above max_version TLS12");
}

TEST(TlsContext, KeepsToTheCurves) {
  TlsSettings settings = SettingsOf(EcdsaServer());
  settings.curve_preferences = {"CurveP384", "CurveP256"};
  const auto context = Load(settings);
  for (const char* version : {":-VERS-ALL:+VERS-TLS1.2", ""}) {
    const auto group = [&](const std::string& offered) {
      return ShakeHands(context, {.priorities = "NORMAL" + std::string(version) + offered}).group;
    };
    EXPECT_EQ(group(""), GNUTLS_GROUP_SECP384R1);
    EXPECT_EQ(group(":-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1"), GNUTLS_GROUP_SECP256R1);
    EXPECT_EQ(group(":-GROUP-ALL:+GROUP-X25519"), GNUTLS_GROUP_INVALID);
  }
  settings.curve_preferences = {"CurveP256", "X448"};
  EXPECT_THAT(LoadError(settings), HasSubstr("tls_server_config.curve_preferences: \"X448\""));
}

TEST(TlsContext, PrefersTheCurveThatClientsGuess) {
  const auto context = Load(SettingsOf(EcdsaServer()));
  for (const char* version : {":-VERS-ALL:+VERS-TLS1.2", ""}) {
    const std::string offered = ":-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1";
    const auto outcome =
        ShakeHands(context, {.priorities = "NORMAL" + std::string(version) + offered});
    EXPECT_EQ(outcome.group, GNUTLS_GROUP_X25519);
  }
}

class TlsClientCertificate : public ::testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] HandshakeOutcome Try(ClientAuth type, const Identity& identity,
                                     const std::vector<std::string>& sans = {}) const {
    TlsSettings settings = SettingsOf(server_);
    settings.client_auth = type;
    settings.client_ca.text = ca_.Certificate();
    settings.client_allowed_sans = sans;
    return ShakeHands(Load(settings), {.priorities = GetParam(), .identity = identity});
  }
  [[nodiscard]] bool IsTls13() const { return std::string(GetParam()) == "NORMAL"; }

  const CertificateAuthority ca_{"ca"};
  const CertificateAuthority stranger_{"stranger"};
  const Identity server_ = ca_.Issue({});
  const Identity good_ = ca_.Issue({.purpose = GNUTLS_KP_TLS_WWW_CLIENT});
};

TEST_P(TlsClientCertificate, IsNotAskedForOrTakenAsItComes) {
  TlsSettings settings = SettingsOf(server_);
  EXPECT_TRUE(ShakeHands(Load(settings), {.priorities = GetParam(), .identity = good_}).served);
  EXPECT_TRUE(Try(ClientAuth::kRequestClientCert, {}).served);
  EXPECT_TRUE(Try(ClientAuth::kRequestClientCert, stranger_.Issue({})).served);
}

TEST_P(TlsClientCertificate, IsRequiredButNotVerified) {
  EXPECT_TRUE(Try(ClientAuth::kRequireAnyClientCert, stranger_.Issue({})).served);
  const HandshakeOutcome none = Try(ClientAuth::kRequireAnyClientCert, {});
  EXPECT_FALSE(none.served);
  EXPECT_EQ(none.alert, IsTls13() ? GNUTLS_A_CERTIFICATE_REQUIRED : GNUTLS_A_BAD_CERTIFICATE);
  EXPECT_EQ(none.refusal, "it sent no certificate");
}

TEST_P(TlsClientCertificate, IsVerifiedIfGiven) {
  EXPECT_TRUE(Try(ClientAuth::kVerifyClientCertIfGiven, {}).served);
  EXPECT_TRUE(Try(ClientAuth::kVerifyClientCertIfGiven, good_).served);
  EXPECT_EQ(Try(ClientAuth::kVerifyClientCertIfGiven, stranger_.Issue({})).alert,
            GNUTLS_A_UNKNOWN_CA);
}

TEST_P(TlsClientCertificate, IsRequiredAndVerified) {
  constexpr ClientAuth kType = ClientAuth::kRequireAndVerifyClientCert;
  EXPECT_TRUE(Try(kType, good_).served);
  EXPECT_TRUE(Try(kType, ca_.Issue({.purpose = GNUTLS_KP_ANY})).served);
  EXPECT_TRUE(Try(kType, ca_.Issue({})).served);
  EXPECT_TRUE(Try(kType, ca_.MakeIntermediate("middle").Issue({})).served);
  EXPECT_FALSE(Try(kType, {}).served);

  const HandshakeOutcome stranger = Try(kType, stranger_.Issue({}));
  EXPECT_FALSE(stranger.served);
  EXPECT_EQ(stranger.alert, GNUTLS_A_UNKNOWN_CA);
  EXPECT_THAT(stranger.refusal, HasSubstr("issuer is unknown"));

  const HandshakeOutcome expired = Try(kType, ca_.Issue({.valid_from = std::chrono::hours(-48),
                                                         .valid_until = std::chrono::hours(-1)}));
  EXPECT_FALSE(expired.served);
  EXPECT_EQ(expired.alert, GNUTLS_A_CERTIFICATE_EXPIRED);
  EXPECT_THAT(expired.refusal, HasSubstr("expired"));

  const HandshakeOutcome early = Try(kType, ca_.Issue({.valid_from = std::chrono::hours(1)}));
  EXPECT_FALSE(early.served);
  EXPECT_EQ(early.alert, GNUTLS_A_BAD_CERTIFICATE);

  const HandshakeOutcome other_purpose =
      Try(kType, ca_.Issue({.purpose = GNUTLS_KP_TLS_WWW_SERVER}));
  EXPECT_FALSE(other_purpose.served);
  EXPECT_EQ(other_purpose.alert, GNUTLS_A_BAD_CERTIFICATE);
}

TEST_P(TlsClientCertificate, HasAnAllowedName) {
  const Identity named =
      ca_.Issue({.common_name = "prometheus.example",
                 .dns_names = {"a.example", "b.example"},
                 .emails = {"ops@example.org"},
                 .uris = {"spiffe://example.org/prometheus"},
                 .addresses = {{10, 0, 0, 7},
                               std::string(15, '\0') + '\1',
                               std::string(10, '\0') + "\xff\xff\x01\x02\x03\x04"}});
  for (const ClientAuth type :
       {ClientAuth::kRequireAnyClientCert, ClientAuth::kRequireAndVerifyClientCert}) {
    for (const char* san : {"a.example", "b.example", "ops@example.org",
                            "spiffe://example.org/prometheus", "10.0.0.7", "::1", "1.2.3.4"}) {
      EXPECT_TRUE(Try(type, named, {"x", san}).served) << san;
    }
    for (const char* san : {"c.example", "example", "A.EXAMPLE", "a.example.", "prometheus.example",
                            "10.0.0.70", "*"}) {
      const HandshakeOutcome outcome = Try(type, named, {san});
      EXPECT_FALSE(outcome.served) << san;
      EXPECT_EQ(outcome.alert, GNUTLS_A_BAD_CERTIFICATE);
      EXPECT_EQ(outcome.refusal, "its certificate has none of client_allowed_sans");
    }
  }
  EXPECT_FALSE(
      Try(ClientAuth::kRequireAndVerifyClientCert, stranger_.Issue({.dns_names = {"a"}}), {"a"})
          .served);
  EXPECT_FALSE(Try(ClientAuth::kRequireAnyClientCert, {}, {"a"}).served);
}

TEST_P(TlsClientCertificate, IsVerifiedWithTheSystemsWithoutAnyOther) {
  TlsSettings settings = SettingsOf(server_);
  settings.client_auth = ClientAuth::kRequireAndVerifyClientCert;
  const Result<std::shared_ptr<const TlsContext>> loaded = TlsContext::Load(settings);
  if (!loaded) {
    EXPECT_THAT(loaded.error().message, HasSubstr("the system has none"));
    return;
  }
  EXPECT_EQ(ShakeHands(*loaded, {.priorities = GetParam(), .identity = good_}).alert,
            GNUTLS_A_UNKNOWN_CA);
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsClientCertificate,
                         ::testing::Values("NORMAL:-VERS-ALL:+VERS-TLS1.2", "NORMAL"),
                         [](const auto& version) {
                           return std::string(version.index == 0 ? "Tls12" : "Tls13");
                         });

}  // namespace
}  // namespace sockdiag::http
