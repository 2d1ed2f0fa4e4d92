#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "sockets/naming/service_rule.h"
#include "sockets/naming/services_database.h"
#include "tests/fuzz/expect.h"

/// Any text as a services(5) file: names that come out are printable and not empty.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sockdiag;
  for (const auto& [key, name] : ParseServicesDatabase(fuzz::TextOf(data, size))) {
    fuzz::Expect(!name.empty() && name.size() <= kMaxServiceNameBytes);
    fuzz::Expect(key.second.Value() != 0);
    fuzz::Expect(std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; }));
  }
  return 0;
}
