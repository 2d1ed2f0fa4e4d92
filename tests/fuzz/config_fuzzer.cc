#include <cstddef>
#include <cstdint>

#include "config/loader.h"
#include "tests/fuzz/expect.h"

/// Any text as a configuration: it is accepted, or refused with one line that says where.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sockdiag;
  const auto config = ParseConfig(fuzz::TextOf(data, size), "c.yaml");
  if (!config) {
    fuzz::ExpectOneLine(config.error());
    fuzz::Expect(config.error().message.starts_with("c.yaml:"));
  }
  return 0;
}
