#pragma once

#include <microhttpd.h>

#include <cstddef>

namespace sockdiag::http {

/// The descriptor of a connection, valid until its end is reported.
[[nodiscard]] inline int SocketOf(MHD_Connection* connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

/// The bytes of the head of the current request, from its method to the empty line. 0 before it is
/// complete.
[[nodiscard]] inline std::size_t HeadBytes(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info == nullptr ? 0 : info->header_size;
}

}  // namespace sockdiag::http
