#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/web_config.h"

/// Any text as a web configuration: it is accepted, or refused with one line that says where. What
/// is accepted never encrypts without a key, and never limits to nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto loaded = sockdiag::ParseWebConfig(text, "w.yml");
  if (!loaded) {
    const std::string& message = loaded.error().message;
    if (!message.starts_with("w.yml:") || message.find('\n') != std::string::npos) std::abort();
    return 0;
  }
  const auto& [tls, users, headers, limit] = loaded->settings;
  if (tls && !(tls->certificate.IsSet() && tls->key.IsSet())) std::abort();
  if (limit.interval.count() < 0 || (limit.interval.count() > 0 && limit.burst == 0)) std::abort();
  for (const auto& [user, hash] : users) {
    if (hash.size() != 60 || user.find(':') != std::string::npos) std::abort();
  }
  for (const auto& header : headers) {
    if (header.value.empty() || header.value.find_first_of("\r\n") != std::string::npos) {
      std::abort();
    }
  }
  return 0;
}
