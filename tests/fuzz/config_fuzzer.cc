#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/loader.h"

/// Any text as a configuration: it is accepted, or refused with one line that says where.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = sockdiag::ParseConfig(text, "c.yaml");
  if (!config) {
    const std::string& message = config.error().message;
    if (!message.starts_with("c.yaml:") || message.find('\n') != std::string::npos) std::abort();
  }
  return 0;
}
