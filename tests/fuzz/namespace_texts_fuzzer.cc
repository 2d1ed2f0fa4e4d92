#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "namespaces/counters.h"
#include "namespaces/mounts.h"
#include "namespaces/process_cgroup.h"
#include "tests/fuzz/expect.h"

/// Any text as the files of /proc that namespaces are found and looked at by.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sockdiag;
  const std::string_view text = fuzz::TextOf(data, size);
  for (const NamespaceMount& mount : ParseNamespaceMounts(text)) {
    fuzz::Expect(mount.id != 0 && mount.path.ends_with(mount.name));
    fuzz::Expect(mount.name.find('/') == std::string::npos);
  }
  const std::string_view cgroup = PickCgroupPath(text);
  fuzz::Expect(cgroup.find('\n') == std::string_view::npos);
  const auto counters = ParseCounters({text, text, text, text});
  if (!counters) fuzz::ExpectOneLine(counters.error());
  static_cast<void>(ParseNamespaceLink(text));
  return 0;
}
