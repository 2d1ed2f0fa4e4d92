#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "http/listen_address.h"
#include "http/socket_file.h"

namespace sockdiag::http {

/// A socket on which connections arrive.
class Listener {
 public:
  /// `fd` listens and is nonblocking; `address` is for people; `file` is removed with the listener.
  Listener(UniqueFd fd, std::string address, std::optional<SocketFile> file = std::nullopt)
      : fd_(std::move(fd)), address_(std::move(address)), file_(std::move(file)) {}

  [[nodiscard]] int Fd() const { return fd_.Get(); }
  /// What it is bound to: "0.0.0.0:10204", "[::]:10204", "unix:/run/exporter.sock".
  [[nodiscard]] const std::string& Address() const { return address_; }

 private:
  UniqueFd fd_;
  std::string address_;
  std::optional<SocketFile> file_;
};

/// Opens what `address` stands for: one socket, or one for each address of a host name.
/// `:port` is one IPv6 socket that takes IPv4 too, or an IPv4 socket on a host without IPv6.
/// Of a name's addresses those that this host does not have are skipped, as long as one is left.
[[nodiscard]] Result<std::vector<Listener>> OpenListeners(const ListenAddress& address);
/// The same for several; an error names the address that failed.
[[nodiscard]] Result<std::vector<Listener>> OpenListeners(
    const std::vector<ListenAddress>& addresses);

}  // namespace sockdiag::http
