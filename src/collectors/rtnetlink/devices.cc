#include "collectors/rtnetlink/devices.h"

#include "base/utf8.h"

namespace sockdiag {

DumpResult<void> Devices::Add(const NetlinkMessage& message) {
  const DumpResult<LinkMessage> link = DecodeLink(message.payload);
  if (!link) return tl::unexpected(link.error());
  constexpr std::size_t kLimitBytes = 64;  // four for each byte of IFNAMSIZ
  all_[link->index] = {PrintableUtf8(link->name, kLimitBytes), link->is_up, link->counters};
  return {};
}

}  // namespace sockdiag
