#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "services/services_database.h"

/// Any text as a services(5) file: names that come out are printable and not empty.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& [key, name] : sockdiag::ParseServicesDatabase(text)) {
    if (name.empty() || key.second.Value() == 0) std::abort();
    for (const char c : name) {
      if (c <= ' ' || c > '~') std::abort();
    }
  }
  return 0;
}
