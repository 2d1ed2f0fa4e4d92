#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>

#include "base/error.h"
#include "base/unique_fd.h"
#include "http/listen_address.h"

namespace sockdiag::http {

/// A client's connection that has to come to its end by a deadline.
class ClientSocket {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  /// Connects to where a server listens on `address`; see FetchStatus().
  [[nodiscard]] static Result<ClientSocket> Connect(const ListenAddress& address,
                                                    Deadline deadline);

  [[nodiscard]] int Fd() const { return fd_.Get(); }
  /// At least 1 ms: 0 would mean for ever.
  [[nodiscard]] std::chrono::milliseconds TimeLeft() const;
  [[nodiscard]] bool IsLate() const;
  /// Lets a blocking call on Fd() end by the deadline, with EAGAIN.
  void LimitNextCall() const;

 private:
  ClientSocket(UniqueFd fd, Deadline deadline) : fd_(std::move(fd)), deadline_(deadline) {}
  /// 0, or the errno.
  [[nodiscard]] int ConnectTo(const void* address, std::size_t size) const;
  [[nodiscard]] static Result<ClientSocket> ConnectToUnix(const ListenAddress& address,
                                                          Deadline deadline);

  UniqueFd fd_;
  Deadline deadline_;
};

}  // namespace sockdiag::http
