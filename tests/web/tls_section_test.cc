#include "web/tls_section.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <tuple>
#include <utility>

#include "web/config_loader.h"

namespace sockdiag::web {
namespace {

using http::ClientAuth;
using http::TlsSettings;
using http::TlsVersion;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kPair = "tls_server_config:\n  cert_file: c.pem\n  key_file: k.pem\n";

std::string MessageOf(const std::string& yaml) {
  const Result<LoadedWebConfig> loaded = ParseWebConfig(yaml, "w.yml");
  return loaded ? "accepted" : loaded.error().message;
}

/// What a certificate, a key and these further lines give; each line gets its indentation here.
TlsSettings Read(std::initializer_list<std::string> lines, const std::string& path = "w.yml") {
  std::string yaml = kPair;
  for (const std::string& line : lines) yaml += "  " + line + "\n";
  const Result<LoadedWebConfig> loaded = ParseWebConfig(yaml, path);
  EXPECT_TRUE(loaded.has_value()) << loaded.error().message;
  return loaded && loaded->config.tls ? *loaded->config.tls : TlsSettings{};
}

/// The error about the one line behind a certificate and a key.
std::string Refusal(const std::string& line) {
  const std::string message = MessageOf(kPair + ("  " + line) + "\n");
  const std::string place = "w.yml:4:";
  EXPECT_TRUE(message.starts_with(place)) << message;
  return message.substr(place.size());
}

TEST(WebTlsSection, IsAbsentWithoutKeys) {
  const Result<LoadedWebConfig> loaded = ParseWebConfig("tls_server_config: {}\n", "w.yml");
  ASSERT_TRUE(loaded.has_value());
  EXPECT_FALSE(loaded->config.tls.has_value());
}

TEST(WebTlsSection, ReadsEveryKey) {
  TlsSettings expected;
  expected.certificate.file = "c.pem";
  expected.key.file = "k.pem";
  expected.client_ca.file = "ca.pem";
  expected.client_auth = ClientAuth::kRequireAndVerifyClientCert;
  expected.client_allowed_sans = {"prometheus.example.org", "192.0.2.1", "2001:db8::1"};
  expected.min_version = TlsVersion::kTls11;
  expected.max_version = TlsVersion::kTls12;
  expected.cipher_suites = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"};
  expected.prefer_server_cipher_suites = false;
  expected.curve_preferences = {"X25519", "CurveP256"};
  EXPECT_EQ(
      Read({"client_auth_type: RequireAndVerifyClientCert", "client_ca_file: ca.pem",
            "client_allowed_sans: [prometheus.example.org, 192.0.2.1, '2001:db8::1']",
            "min_version: TLS11", "max_version: TLS12",
            "cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256]",
            "prefer_server_cipher_suites: false", "curve_preferences: [X25519, CurveP256]"}),
      expected);
}

TEST(WebTlsSection, ReadsInlinePem) {
  const std::string certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const std::string block =
      "|\n    -----BEGIN CERTIFICATE-----\n    MIIB\n    -----END CERTIFICATE-----\n";
  const Result<LoadedWebConfig> loaded = ParseWebConfig(
      "tls_server_config:\n  cert: " + block + "  key: \"-----BEGIN PRIVATE KEY-----\\nMIIE\"\n" +
          "  client_auth_type: VerifyClientCertIfGiven\n  client_ca: " + block,
      "/etc/w.yml");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  TlsSettings expected;
  expected.certificate.text = certificate;
  expected.key.text = "-----BEGIN PRIVATE KEY-----\nMIIE";
  expected.client_ca.text = certificate;
  expected.client_auth = ClientAuth::kVerifyClientCertIfGiven;
  EXPECT_EQ(*loaded->config.tls, expected);
  EXPECT_THAT(loaded->files, ElementsAre("/etc/w.yml"));
}

TEST(WebTlsSection, ReadsEveryVersion) {
  for (const auto& [word, version] :
       std::initializer_list<std::pair<std::string, TlsVersion>>{{"TLS10", TlsVersion::kTls10},
                                                                 {"TLS11", TlsVersion::kTls11},
                                                                 {"TLS12", TlsVersion::kTls12},
                                                                 {"TLS13", TlsVersion::kTls13}}) {
    EXPECT_EQ(Read({"min_version: " + word}).min_version, version);
    EXPECT_EQ(Read({"min_version: TLS10", "max_version: " + word}).max_version, version);
  }
}

TEST(WebTlsSection, ReadsEveryClientAuthType) {
  for (const auto& [word, auth] : std::initializer_list<std::pair<std::string, ClientAuth>>{
           {"RequestClientCert", ClientAuth::kRequestClientCert},
           {"RequireAnyClientCert", ClientAuth::kRequireAnyClientCert},
           {"RequireClientCert", ClientAuth::kRequireAnyClientCert},
           {"VerifyClientCertIfGiven", ClientAuth::kVerifyClientCertIfGiven},
           {"RequireAndVerifyClientCert", ClientAuth::kRequireAndVerifyClientCert}}) {
    EXPECT_EQ(Read({"client_auth_type: " + word, "client_ca_file: ca"}).client_auth, auth);
  }
  EXPECT_EQ(Read({"client_auth_type: NoClientCert"}).client_auth, ClientAuth::kNoClientCert);
}

TEST(WebTlsSection, BeginsRelativePathsAtTheFolderOfTheFile) {
  const std::string yaml =
      "tls_server_config: {cert_file: tls/c.pem, key_file: /run/k.pem, client_ca_file: ../ca.pem, "
      "client_auth_type: RequireAndVerifyClientCert}";
  for (const auto& [path, certificate, ca] :
       std::initializer_list<std::tuple<std::string, std::string, std::string>>{
           {"/etc/x/w.yml", "/etc/x/tls/c.pem", "/etc/x/../ca.pem"},
           {"conf/w.yml", "conf/tls/c.pem", "conf/../ca.pem"},
           {"w.yml", "tls/c.pem", "../ca.pem"},
           {"/w.yml", "/tls/c.pem", "/../ca.pem"}}) {
    const Result<LoadedWebConfig> loaded = ParseWebConfig(yaml, path);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    EXPECT_EQ(loaded->config.tls->certificate.file, certificate);
    EXPECT_EQ(loaded->config.tls->key.file, "/run/k.pem");
    EXPECT_THAT(loaded->files, ElementsAre(path, certificate, "/run/k.pem", ca));
  }
}

TEST(WebTlsSection, NamesWhatIsMissing) {
  const std::string start = "tls_server_config: {";
  const std::string both =
      "w.yml:1:20: tls_server_config: cert_file and key_file (or cert and key) are missing, and "
      "TLS needs both; for plain HTTP leave tls_server_config out";
  EXPECT_EQ(MessageOf(start + "cert_file: c}"),
            "w.yml:1:20: tls_server_config: key_file (or key) is missing");
  EXPECT_EQ(MessageOf(start + "key_file: k}"),
            "w.yml:1:20: tls_server_config: cert_file (or cert) is missing");
  EXPECT_EQ(MessageOf(start + "client_auth_type: RequireAnyClientCert}"), both);
  EXPECT_EQ(MessageOf(start + "min_version: TLS13}"), both);
  // The toolkit turns TLS off here; an unset variable in a template must not.
  EXPECT_EQ(MessageOf(start + "cert_file: '', key_file: ''}"),
            "w.yml:1:32: tls_server_config.cert_file: the path is empty");
  EXPECT_EQ(MessageOf("tls_server_config:\n  cert_file:\n  key_file:\n"),
            "w.yml:2:3: tls_server_config.cert_file: expected a path, not null");
}

TEST(WebTlsSection, AMisspelledKeyIsNoMissingOne) {
  const auto complains_of = [](const std::string& keys, const std::string& what) {
    EXPECT_THAT(MessageOf("tls_server_config: {" + keys + "}"),
                HasSubstr("tls_server_config." + what + ")"));
  };
  complains_of("cert_fiel: c, key_file: k", "cert_fiel: unknown key (did you mean cert_file?");
  complains_of("cert_file: c, key_fiel: k", "key_fiel: unknown key (did you mean key_file?");
  const std::string pair = "cert_file: c, key_file: k, ";
  const std::string auth = "client_auth_tpye: unknown key (did you mean client_auth_type?";
  complains_of(pair + "client_ca_file: a, client_auth_tpye: RequireAnyClientCert", auth);
  complains_of(pair + "client_allowed_sans: [a], client_auth_tpye: RequireAnyClientCert", auth);
  complains_of(pair + "max_version: TLS11, min_versoin: TLS10",
               "min_versoin: unknown key (did you mean min_version?");
  EXPECT_THAT(MessageOf("tls_server_config:\n  cert_file: c\nkey_file: k\n"),
              StartsWith("w.yml:3:1: key_file: unknown key; known: tls_server_config, "));
}

TEST(WebTlsSection, RefusesAFileAndItsTextAtOnce) {
  const std::string pem = ": '-----BEGIN X'";
  EXPECT_EQ(MessageOf("tls_server_config: {cert_file: c, key_file: k, cert" + pem + "}"),
            "w.yml:1:32: tls_server_config.cert_file: cert is given too; only one of the two can "
            "be used");
  EXPECT_EQ(MessageOf("tls_server_config: {cert_file: c, key_file: k, key" + pem + "}"),
            "w.yml:1:45: tls_server_config.key_file: key is given too; only one of the two can be "
            "used");
  EXPECT_EQ(MessageOf("tls_server_config: {cert_file: c, key_file: k, client_ca_file: a, "
                      "client_auth_type: RequireAndVerifyClientCert, client_ca" +
                      pem + "}"),
            "w.yml:1:64: tls_server_config.client_ca_file: client_ca is given too; only one of the "
            "two can be used");
}

TEST(WebTlsSection, NeverRepeatsWhatMayBeAKey) {
  EXPECT_EQ(
      MessageOf("tls_server_config:\n  cert_file: c\n  key_file: |\n    -----BEGIN X\n    a\n"),
      "w.yml:3:13: tls_server_config.key_file: the path holds a line break or another "
      "control character");
  EXPECT_EQ(MessageOf("tls_server_config:\n  cert_file: c\n  key: k.pem\n"),
            "w.yml:3:8: tls_server_config.key: no PEM text (-----BEGIN ...); the name of a file "
            "goes under the key with _file");
  EXPECT_EQ(MessageOf("tls_server_config:\n  cert_file: c\n  key: [a]\n"),
            "w.yml:3:8: tls_server_config.key: expected PEM text, not a list");
}

TEST(WebTlsSection, RefusesUnknownWords) {
  EXPECT_EQ(Refusal("min_version: TLS14"),
            "16: tls_server_config.min_version: TLS14 is not one of TLS10, TLS11, TLS12, TLS13");
  EXPECT_EQ(Refusal("max_version: 1.2"),
            "16: tls_server_config.max_version: 1.2 is not one of TLS10, TLS11, TLS12, TLS13");
  EXPECT_EQ(Refusal("client_auth_type: x"),
            "21: tls_server_config.client_auth_type: x is not one of NoClientCert, "
            "RequestClientCert, RequireAnyClientCert, RequireClientCert, VerifyClientCertIfGiven, "
            "RequireAndVerifyClientCert");
  EXPECT_EQ(Refusal("cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 'NORMAL:-X']"),
            "58: tls_server_config.cipher_suites[1]: NORMAL:-X is not a cipher suite such as "
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
  EXPECT_EQ(Refusal("cipher_suites: TLS_AES_128_GCM_SHA256"),
            "18: tls_server_config.cipher_suites: expected a list of cipher suites, not "
            "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(Refusal("curve_preferences: ['']"),
            "23: tls_server_config.curve_preferences[0]: \"\" is not a curve such as CurveP256");
  EXPECT_EQ(Refusal("prefer_server_cipher_suites: 'true'"),
            "32: tls_server_config.prefer_server_cipher_suites: expected true or false, not the "
            "text \"true\"");
  EXPECT_EQ(Refusal("keyfile: k"),
            "3: tls_server_config.keyfile: unknown key (did you mean key_file?); known: cert_file, "
            "cert, key_file, key, client_auth_type, client_ca_file, client_ca, "
            "client_allowed_sans, min_version, max_version, cipher_suites, "
            "prefer_server_cipher_suites, curve_preferences");
}

TEST(WebTlsSection, RefusesVersionsThatLeaveNone) {
  EXPECT_EQ(Refusal("max_version: TLS11"),
            "16: tls_server_config.max_version: TLS11 is below min_version TLS12");
  EXPECT_EQ(MessageOf(kPair + std::string("  max_version: TLS12\n  min_version: TLS13\n")),
            "w.yml:4:16: tls_server_config.max_version: TLS12 is below min_version TLS13");
}

TEST(WebTlsSection, RefusesClientSettingsThatDoNothingOrTooMuch) {
  EXPECT_EQ(Refusal("client_ca_file: ca.pem"),
            "19: tls_server_config.client_ca_file: no client is asked for a certificate while "
            "client_auth_type is NoClientCert");
  EXPECT_EQ(Refusal("client_allowed_sans: [a]"),
            "24: tls_server_config.client_allowed_sans: needs client_auth_type "
            "RequireAndVerifyClientCert or RequireAnyClientCert, not NoClientCert");
  for (const std::string auth : {"RequestClientCert", "VerifyClientCertIfGiven"}) {
    EXPECT_EQ(
        Refusal("client_allowed_sans: [a]\n  client_ca_file: ca\n  client_auth_type: " + auth),
        "24: tls_server_config.client_allowed_sans: needs client_auth_type "
        "RequireAndVerifyClientCert or RequireAnyClientCert, not " +
            auth);
  }
  EXPECT_EQ(Refusal("client_allowed_sans: []\n  client_auth_type: RequireAnyClientCert"),
            "24: tls_server_config.client_allowed_sans: an empty list allows nobody; leave the key "
            "out to allow everybody");
  EXPECT_EQ(Refusal("client_allowed_sans: ['']\n  client_auth_type: RequireAnyClientCert"),
            "25: tls_server_config.client_allowed_sans[0]: the name is empty");
}

}  // namespace
}  // namespace sockdiag::web
