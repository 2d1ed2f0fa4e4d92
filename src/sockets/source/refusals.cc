#include "sockets/source/refusals.h"

#include <string>

#include "sockets/source/sock_diag.h"

namespace sockdiag {

DumpError Refusals::Note(Protocol protocol, const DumpError& error) {
  const bool is_unsupported = error.reason == DumpErrorReason::kUnsupported;
  if (!is_unsupported && !(with_denials_ && error.is_denied)) return error;
  const bool lacks_module = is_unsupported && error.kernel_errno != 0;
  return memories_[Index(protocol)].Note(error, lacks_module ? DiagModule(protocol) : "");
}

}  // namespace sockdiag
