#include "web/tls_section.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "yaml/values.h"

namespace sockdiag::web {
namespace {

using http::ClientAuth;
using http::PemSource;
using http::TlsSettings;
using http::TlsVersion;

constexpr std::size_t kMaxListEntries = 1000;

constexpr std::array<std::pair<std::string_view, TlsVersion>, 4> kVersionWords{
    {{"TLS10", TlsVersion::kTls10},
     {"TLS11", TlsVersion::kTls11},
     {"TLS12", TlsVersion::kTls12},
     {"TLS13", TlsVersion::kTls13}}};

constexpr std::array<std::pair<std::string_view, ClientAuth>, 6> kClientAuthWords{
    {{"NoClientCert", ClientAuth::kNoClientCert},
     {"RequestClientCert", ClientAuth::kRequestClientCert},
     {"RequireAnyClientCert", ClientAuth::kRequireAnyClientCert},
     {"RequireClientCert", ClientAuth::kRequireAnyClientCert},  // the toolkit's former name
     {"VerifyClientCertIfGiven", ClientAuth::kVerifyClientCertIfGiven},
     {"RequireAndVerifyClientCert", ClientAuth::kRequireAndVerifyClientCert}}};

std::string_view WordOf(ClientAuth auth) {
  return std::find_if(kClientAuthWords.begin(), kClientAuthWords.end(),
                      [&](const auto& choice) { return choice.second == auth; })
      ->first;
}

std::string_view WordOf(TlsVersion version) {
  return kVersionWords.at(static_cast<std::size_t>(version)).first;
}

/// What is in place of a path may be the key itself, so no error repeats it.
Result<std::string> ParsePath(const YamlNode& node, const std::string& folder) {
  if (node.kind != YamlNode::Kind::kScalar) return FailExpected("a path", node);
  const std::string& path = node.text;
  if (path.empty()) return Fail("the path is empty");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
  if (std::any_of(path.begin(), path.end(), is_control)) {
    return Fail("the path holds a line break or another control character");
  }
  if (path.find("-----BEGIN") != std::string::npos) {
    return Fail("PEM text in place of a path; it goes under the key without _file");
  }
  if (folder.empty() || path.front() == '/') return path;
  return folder + (folder.ends_with('/') ? "" : "/") + path;
}

/// Only a first look: whether the text is whole is for the TLS library to say.
Result<std::string> ParsePem(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar) return FailExpected("PEM text", node);
  if (node.text.find("-----BEGIN ") != std::string::npos) return node.text;
  return Fail("no PEM text (-----BEGIN ...); the name of a file goes under the key with _file");
}

Result<std::string> ParseName(const YamlNode& node, std::string_view expected) {
  constexpr std::string_view kAllowed =
      "0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  Result<std::string> name = ParseText(node, expected);
  if (!name) return name;
  if (name->empty() || name->find_first_not_of(kAllowed) != std::string::npos) {
    return Fail(Shown(*name) + " is not " + std::string(expected));
  }
  return name;
}

Result<std::string> ParseCipherSuite(const YamlNode& node) {
  return ParseName(node, "a cipher suite such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
}

Result<std::string> ParseCurve(const YamlNode& node) {
  return ParseName(node, "a curve such as CurveP256");
}

Result<std::string> ParseAlternativeName(const YamlNode& node) {
  Result<std::string> name = ParseText(node, "a subject alternative name");
  if (name && name->empty()) return Fail("the name is empty");
  return name;
}

/// The two keys of one PEM text. The place of the one that is given, if any.
std::optional<NodeReader> ReadPemSource(MappingReader& keys, const std::string& text_key,
                                        const std::string& folder, PemSource& out) {
  const std::string file_key = text_key + "_file";
  const std::optional<NodeReader> file = keys.Find(file_key);
  const std::optional<NodeReader> text = keys.Find(text_key);
  if (file) file->Read([&](const YamlNode& node) { return ParsePath(node, folder); }, out.file);
  if (text) text->Read(ParsePem, out.text);
  if (file && text) {
    file->Complain(text_key + " is given too; only one of the two can be used");
  }
  return file ? file : text;
}

void ReadCertificateAndKey(MappingReader& keys, const NodeReader& node, const std::string& folder,
                           TlsSettings& tls) {
  const bool has_certificate = ReadPemSource(keys, "cert", folder, tls.certificate).has_value();
  const bool has_key = ReadPemSource(keys, "key", folder, tls.key).has_value();
  if (node.Node().kind != YamlNode::Kind::kMapping || (has_certificate && has_key)) return;
  if (has_certificate) {
    node.ComplainOfLack("key_file (or key) is missing");
  } else if (has_key) {
    node.ComplainOfLack("cert_file (or cert) is missing");
  } else {
    node.ComplainOfLack(
        "cert_file and key_file (or cert and key) are missing, and TLS needs both; for plain HTTP "
        "leave tls_server_config out");
  }
}

/// Settings that are fine alone and do nothing, or lock everybody out, together.
void CheckClientAuth(ClientAuth auth, const std::optional<NodeReader>& authorities,
                     const std::optional<NodeReader>& names) {
  const std::string word(WordOf(auth));
  if (authorities && auth == ClientAuth::kNoClientCert) {
    authorities->ComplainOfLack("no client is asked for a certificate while client_auth_type is " +
                                word);
  }
  if (names && !http::RequiresCertificate(auth)) {
    names->ComplainOfLack(
        "needs client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert, not " + word);
  }
}

void ReadClientAuth(MappingReader& keys, const std::string& folder, TlsSettings& tls) {
  const std::optional<NodeReader> auth_node = keys.Find("client_auth_type");
  std::optional<ClientAuth> auth;
  if (auth_node) {
    auth_node->Read(OneOf<ClientAuth>{kClientAuthWords}, auth);
  } else {
    auth = tls.client_auth;
  }
  const auto authorities = ReadPemSource(keys, "client_ca", folder, tls.client_ca);
  const std::optional<NodeReader> names = keys.Find("client_allowed_sans");
  if (names) {
    names->ReadList("a list of subject alternative names", kMaxListEntries, ParseAlternativeName,
                    tls.client_allowed_sans);
    if (names->Node().kind == YamlNode::Kind::kSequence && names->Node().items.empty()) {
      names->Complain("an empty list allows nobody; leave the key out to allow everybody");
    }
  }
  if (!auth) return;
  tls.client_auth = *auth;
  CheckClientAuth(*auth, authorities, names);
}

void ReadVersions(MappingReader& keys, TlsSettings& tls) {
  constexpr OneOf<TlsVersion> kParse{kVersionWords};
  keys.Read("min_version", kParse, tls.min_version);
  const std::optional<NodeReader> max = keys.Find("max_version");
  if (!max) return;
  max->Read(kParse, tls.max_version);
  if (tls.max_version < tls.min_version) {
    max->ComplainOfLack(std::string(WordOf(tls.max_version)) + " is below min_version " +
                        std::string(WordOf(tls.min_version)));
  }
}

void ReadCryptography(MappingReader& keys, TlsSettings& tls) {
  if (const auto suites = keys.Find("cipher_suites")) {
    suites->ReadList("a list of cipher suites", kMaxListEntries, ParseCipherSuite,
                     tls.cipher_suites);
  }
  keys.Read("prefer_server_cipher_suites", Flag{}, tls.prefer_server_cipher_suites);
  if (const auto curves = keys.Find("curve_preferences")) {
    curves->ReadList("a list of curves", kMaxListEntries, ParseCurve, tls.curve_preferences);
  }
}

}  // namespace

void ReadTlsSection(const NodeReader& node, const std::string& folder,
                    std::optional<http::TlsSettings>& out) {
  if (node.Node().kind == YamlNode::Kind::kMapping && node.Node().entries.empty()) return;
  TlsSettings& tls = out.emplace();
  node.ReadMapping([&](MappingReader& keys) {
    ReadCertificateAndKey(keys, node, folder, tls);
    ReadClientAuth(keys, folder, tls);
    ReadVersions(keys, tls);
    ReadCryptography(keys, tls);
  });
}

}  // namespace sockdiag::web
