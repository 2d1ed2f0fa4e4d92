#include "sockets/naming/services_database.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "proc/scanner.h"
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
  Scanner scanner(word);
  const std::optional<std::uint16_t> port = scanner.TakeInteger<std::uint16_t>();
  if (!port || *port == 0 || !scanner.TakeCharacter('/')) return std::nullopt;
  for (const Protocol protocol : kProtocols) {
    if (scanner.rest() == Name(protocol)) return std::pair(protocol, Port::FromHost(*port));
  }
  return std::nullopt;
}

}  // namespace

ServicesDatabase ParseServicesDatabase(std::string_view text) {
  ServicesDatabase database;
  Scanner lines(text);
  while (!lines.IsAtEnd()) {
    const std::string_view line = lines.TakeLine();
    Scanner words(line.substr(0, line.find('#')), kSpace);
    const std::string_view name = words.TakeWord();
    const auto port = ParsePortAndProtocol(words.TakeWord());
    if (port && IsUsable(name)) database.try_emplace(*port, name);
  }
  return database;
}

}  // namespace sockdiag
