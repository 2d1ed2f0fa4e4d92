#include "web/config_loader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

#include "base/file.h"
#include "web/tls_section.h"
#include "yaml/go_duration.h"
#include "yaml/reader.h"
#include "yaml/tree.h"
#include "yaml/values.h"

namespace sockdiag::web {
namespace {

bool IsPrintableAscii(char c) { return c >= ' ' && c <= '~'; }

/// Hands on a section unless it is empty. What is not a mapping may be a secret that lost its
/// place, so it is not repeated.
void ReadSection(const NodeReader& node, const std::function<void(const NodeReader&)>& read) {
  if (node.Node().kind == YamlNode::Kind::kNull) return;
  if (node.Node().kind == YamlNode::Kind::kScalar)
    return node.Complain("expected a mapping, not text");
  read(node);
}

/// The form of crypt(5), "bcrypt": prefix, cost, 22 characters of salt and 31 of hash.
Result<std::string> ParseBcryptHash(const YamlNode& node) {
  constexpr std::string_view kExpected = "a bcrypt hash such as htpasswd -nB makes";
  constexpr std::size_t kHashBytes = 60;
  constexpr std::size_t kPrefixBytes = 4;
  constexpr std::string_view kAlphabet =
      "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  if (node.kind != YamlNode::Kind::kScalar) return FailExpected(kExpected, node);
  const std::string_view hash = node.text;
  const auto fail = [&](const std::string& why) {
    return Fail("not " + std::string(kExpected) + ": " + why);
  };
  const std::string_view prefix = hash.substr(0, kPrefixBytes);
  if (prefix != "$2a$" && prefix != "$2b$" && prefix != "$2y$") {
    return fail("it does not begin with $2a$, $2b$ or $2y$");
  }
  if (hash.size() != kHashBytes) {
    return fail("it is " + std::to_string(hash.size()) + " bytes long, not " +
                std::to_string(kHashBytes));
  }
  const std::string_view cost = hash.substr(kPrefixBytes, 2);
  // Above it a login takes longer than a scrape may (9 s at 17), and every wrong password as long.
  constexpr std::string_view kMostCost = "16";
  if (cost.find_first_not_of("0123456789") != std::string_view::npos || cost < "04" ||
      cost > kMostCost || hash[kPrefixBytes + 2] != '$') {
    return fail("the cost is not in 04..16");
  }
  if (hash.find_first_not_of(kAlphabet, kPrefixBytes + 3) != std::string_view::npos) {
    return fail("it holds a character other than ./0-9A-Za-z");
  }
  return node.text;
}

/// What is wrong with a user's name, without the name: without a space behind the colon, a hash
/// becomes a part of it.
std::optional<std::string> UserNameDefect(std::string_view name) {
  if (name.find(':') != std::string_view::npos) {
    return "a user name with a colon cannot be sent (RFC 7617); is there no space behind the "
           "colon?";
  }
  if (name.size() > kMaxUserNameBytes) {
    return "a user name is " + std::to_string(name.size()) + " bytes long, at most " +
           std::to_string(kMaxUserNameBytes) + " are allowed";
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
  if (std::any_of(name.begin(), name.end(), is_control)) {
    return "a user name holds a control character";
  }
  return std::nullopt;
}

void ReadUsers(const NodeReader& node, std::map<std::string, std::string>& users) {
  node.ReadEntries("a mapping of users to bcrypt hashes", kMaxUsers,
                   [&](const YamlNode::Entry& entry, const NodeReader& value) {
                     if (const auto defect = UserNameDefect(entry.key)) {
                       return node.ComplainAt(entry.key_mark, *defect);
                     }
                     value.Read(ParseBcryptHash, users[entry.key]);
                   });
}

/// A header that may be set, and its only values; none: any.
struct AllowedHeader {
  std::string_view name;
  std::array<std::string_view, 2> values;
};
constexpr std::array<AllowedHeader, 5> kAllowedHeaders{{{"Content-Security-Policy", {}},
                                                        {"X-Frame-Options", {"deny", "sameorigin"}},
                                                        {"X-Content-Type-Options", {"nosniff"}},
                                                        {"X-XSS-Protection", {}},
                                                        {"Strict-Transport-Security", {}}}};

Result<std::string> ParseHeaderValue(const YamlNode& node, const AllowedHeader& header) {
  if (node.kind == YamlNode::Kind::kNull) return "";
  Result<std::string> value = ParseText(node, "the value of a header");
  if (!value) return value;
  // A folded text ends with a line break.
  constexpr std::string_view kSpace = " \t\r\n";
  value->erase(value->find_last_not_of(kSpace) + 1);
  value->erase(0, value->find_first_not_of(kSpace));
  if (value->size() > kMaxHeaderValueBytes) {
    return Fail(std::to_string(value->size()) + " bytes, at most " +
                std::to_string(kMaxHeaderValueBytes) + " are allowed");
  }
  if (!std::all_of(value->begin(), value->end(), IsPrintableAscii)) {
    return Fail("holds a line break or another character that is not printable ASCII");
  }
  const auto& [first, second] = header.values;
  if (value->empty() || first.empty() || *value == first || (!second.empty() && *value == second)) {
    return value;
  }
  return Fail(Shown(*value) + " is not " + std::string(first) +
              (second.empty() ? "" : " or " + std::string(second)));
}

void ReadHeaders(MappingReader& keys, std::vector<http::HeaderField>& headers) {
  for (const AllowedHeader& header : kAllowedHeaders) {
    std::string value;
    keys.Read(
        header.name, [&](const YamlNode& node) { return ParseHeaderValue(node, header); }, value);
    if (!value.empty()) headers.push_back({std::string(header.name), std::move(value)});
  }
}

void ReadHttpSection(MappingReader& keys, WebConfig& config) {
  bool ignored = true;  // HTTP/2 is the client's wish, HTTP/1.1 is what it gets
  keys.Read("http2", Flag{}, ignored);
  if (const auto headers = keys.Find("headers")) {
    ReadSection(*headers, [&](const NodeReader& node) {
      node.ReadMapping([&](MappingReader& inner) { ReadHeaders(inner, config.headers); });
    });
  }
}

Result<std::chrono::nanoseconds> ParseInterval(const YamlNode& node) {
  const Result<std::string> text = ParseText(node, "a duration such as 1s or 100ms");
  if (!text) return tl::unexpected(text.error());
  return ParseGoDuration(*text);
}

void ReadRateLimit(MappingReader& keys, RateLimit& limit) {
  const auto interval = keys.Find("interval");
  if (interval) interval->Read(ParseInterval, limit.interval);
  const auto burst = keys.Find("burst");
  if (burst) {
    std::uint64_t tokens = 0;
    burst->Read(IntegerIn{0, std::numeric_limits<std::int32_t>::max()}, tokens);
    limit.burst = static_cast<unsigned>(tokens);
  }
  if (limit.interval.count() == 0 || limit.burst > 0) return;
  if (burst) {
    burst->Complain("0 refuses every request; write at least 1, or interval: 0 for no limit");
  } else {
    interval->ComplainOfLack("burst is missing, and without it every request is refused");
  }
}

void ReadWebConfig(MappingReader& keys, const std::string& folder, WebConfig& config) {
  const auto section = [&](std::string_view key,
                           const std::function<void(const NodeReader&)>& read) {
    if (const auto node = keys.Find(key)) ReadSection(*node, read);
  };
  section("tls_server_config",
          [&](const NodeReader& node) { ReadTlsSection(node, folder, config.tls); });
  section("http_server_config", [&](const NodeReader& node) {
    node.ReadMapping([&](MappingReader& inner) { ReadHttpSection(inner, config); });
  });
  section("basic_auth_users",
          [&](const NodeReader& node) { ReadUsers(node, config.basic_auth_users); });
  section("rate_limit", [&](const NodeReader& node) {
    node.ReadMapping([&](MappingReader& inner) { ReadRateLimit(inner, config.rate_limit); });
  });
}

/// The path's folder, with the slash at its end; empty when it has none.
std::string FolderOf(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

std::vector<std::string> FilesOf(const std::string& path, const WebConfig& config) {
  std::vector<std::string> files{path};
  if (!config.tls) return files;
  for (const http::PemSource* source :
       {&config.tls->certificate, &config.tls->key, &config.tls->client_ca}) {
    if (!source->file.empty()) files.push_back(source->file);
  }
  return files;
}

/// Complains of keys that are hashes, as when user and hash changed places: other complaints repeat
/// the key.
void RefuseSecretKeys(const YamlNode& node, Complaints& complaints) {
  for (const YamlNode::Entry& entry : node.entries) {
    if (entry.key.starts_with("$2")) {
      complaints.Add(entry.key_mark, "", "a bcrypt hash in place of a key");
    }
    RefuseSecretKeys(*entry.value, complaints);
  }
  for (const YamlNodePtr& item : node.items) RefuseSecretKeys(*item, complaints);
}

}  // namespace

Result<LoadedWebConfig> LoadWebConfigFile(const std::string& path) {
  const Result<std::string> text = ReadFile(path, kMaxWebConfigFileBytes);
  if (!text) return tl::unexpected(text.error());
  return ParseWebConfig(*text, path);
}

Result<LoadedWebConfig> ParseWebConfig(std::string_view yaml, const std::string& path) {
  const Result<YamlNodePtr> root = ParseYaml(yaml, path);
  if (!root) return tl::unexpected(root.error());
  LoadedWebConfig loaded;
  Complaints complaints(path);
  RefuseSecretKeys(**root, complaints);
  if (auto error = complaints.First()) return tl::unexpected(*std::move(error));
  ReadSection(NodeReader(**root, "", complaints), [&](const NodeReader& node) {
    node.ReadMapping(
        [&](MappingReader& keys) { ReadWebConfig(keys, FolderOf(path), loaded.config); });
  });
  if (auto error = complaints.First()) return tl::unexpected(*std::move(error));
  loaded.files = FilesOf(path, loaded.config);
  return loaded;
}

}  // namespace sockdiag::web
