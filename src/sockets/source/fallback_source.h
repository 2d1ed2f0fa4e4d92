#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "sockets/source/socket_source.h"

namespace sockdiag {

/// One source, and another for as long as that one is missing or denied (DumpError::is_denied), and
/// for no other error: what is short now may be had at the next dump, with all that it tells.
class FallbackSource final : public SocketSource {
 public:
  /// Gets, at each dump that succeeds, why the first source was not to be had, or an empty text.
  using Listener = std::function<void(Protocol protocol, const std::string& error)>;

  FallbackSource(std::unique_ptr<SocketSource> first, std::unique_ptr<SocketSource> second,
                 Listener listener)
      : first_(std::move(first)), second_(std::move(second)), listener_(std::move(listener)) {}

  [[nodiscard]] DumpResult<DumpStats> Dump(Protocol protocol, const WantedSockets& wanted,
                                           SocketSink& sink) override;

 private:
  const std::unique_ptr<SocketSource> first_;
  const std::unique_ptr<SocketSource> second_;
  const Listener listener_;
};

}  // namespace sockdiag
