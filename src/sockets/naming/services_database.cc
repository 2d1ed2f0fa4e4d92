#include "sockets/naming/services_database.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/words.h"
#include "sockets/naming/service_rule.h"

namespace sockdiag {
namespace {

constexpr std::string_view kSpace = " \t\r";

bool IsUsable(std::string_view name) {
  return !name.empty() && name.size() <= kMaxServiceNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// `80/tcp`.
std::optional<std::pair<Protocol, Port>> ParsePortAndProtocol(std::string_view word) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), port);
  if (error != std::errc() || port == 0) return std::nullopt;
  const std::string_view rest = word.substr(static_cast<std::size_t>(end - word.data()));
  for (const Protocol protocol : kProtocols) {
    if (rest.starts_with('/') && rest.substr(1) == Name(protocol)) {
      return std::pair(protocol, Port::FromHost(port));
    }
  }
  return std::nullopt;
}

}  // namespace

ServicesDatabase ParseServicesDatabase(std::string_view text) {
  ServicesDatabase database;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find('#'));
    const std::string_view name = TakeWord(line, kSpace);
    const auto port = ParsePortAndProtocol(TakeWord(line, kSpace));
    if (port && IsUsable(name)) database.try_emplace(*port, name);
  }
  return database;
}

}  // namespace sockdiag
