#include "netlink/message.h"

#include <string>

namespace sockdiag {

tl::unexpected<DumpError> MessageDoesNotFit(std::size_t bytes_left) {
  return FailDump(DumpErrorReason::kMalformed, "a netlink message does not fit the " +
                                                   std::to_string(bytes_left) +
                                                   " bytes left in its datagram");
}

tl::unexpected<DumpError> AttributeDoesNotFit(std::size_t bytes_left) {
  return FailDump(DumpErrorReason::kMalformed, "an attribute's length does not fit the " +
                                                   std::to_string(bytes_left) +
                                                   " bytes left in its message");
}

}  // namespace sockdiag
