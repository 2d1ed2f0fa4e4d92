#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/fuzz/expect.h"
#include "web/config_loader.h"

/// Any text as a web configuration: it is accepted, or refused with one line that says where. What
/// is accepted never encrypts without a key, and never limits to nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sockdiag;
  using fuzz::Expect;
  const auto loaded = web::ParseWebConfig(fuzz::TextOf(data, size), "w.yml");
  if (!loaded) {
    fuzz::ExpectOneLine(loaded.error());
    Expect(loaded.error().message.starts_with("w.yml:"));
    return 0;
  }
  const auto& [tls, users, headers, limit] = loaded->config;
  Expect(!tls || (tls->certificate.IsSet() && tls->key.IsSet()));
  Expect(limit.interval.count() >= 0 && (limit.interval.count() == 0 || limit.burst != 0));
  for (const auto& [user, hash] : users) {
    Expect(hash.size() == 60 && user.find(':') == std::string::npos);
  }
  for (const auto& header : headers) {
    Expect(!header.value.empty() && header.value.find_first_of("\r\n") == std::string::npos);
  }
  return 0;
}
