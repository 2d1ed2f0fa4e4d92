#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "netlink/message.h"

namespace sockdiag::testing {

using Bytes = std::vector<std::byte>;

template <typename Value>
[[nodiscard]] Bytes BytesOf(const Value& value) {
  Bytes bytes(sizeof(value));
  std::memcpy(bytes.data(), &value, sizeof(value));
  return bytes;
}

/// One netlink attribute, padded to 4 bytes; `length` overrides the length that it claims.
[[nodiscard]] Bytes Attribute(std::uint16_t type, const Bytes& payload);
[[nodiscard]] Bytes LyingAttribute(std::uint16_t type, const Bytes& payload, std::uint16_t length);

[[nodiscard]] Bytes Join(const Bytes& a, const Bytes& b);

/// Builds datagrams message by message, all of one sequence and port id.
class DatagramBuilder {
 public:
  DatagramBuilder(std::uint32_t sequence, std::uint32_t port_id)
      : sequence_(sequence), port_id_(port_id) {}

  DatagramBuilder& Message(std::uint16_t type, const Bytes& payload, std::uint16_t flags = 2);
  /// NLMSG_DONE with a status: 0 or a negative errno.
  DatagramBuilder& Done(int status);
  /// NLMSG_ERROR with a negative errno, or 0 as an acknowledgement.
  DatagramBuilder& Error(int status);

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }

 private:
  std::uint32_t sequence_;
  std::uint32_t port_id_;
  Bytes bytes_;
};

/// Keeps what it is given, and fails once it has an error.
class MessageList final : public MessageSink {
 public:
  [[nodiscard]] DumpResult<void> Add(const NetlinkMessage& message) override {
    if (error) return tl::unexpected(*error);
    types.push_back(message.header.nlmsg_type);
    payloads.emplace_back(message.payload.begin(), message.payload.end());
    return {};
  }
  std::vector<std::uint16_t> types;
  std::vector<Bytes> payloads;
  std::optional<DumpError> error;
};

}  // namespace sockdiag::testing
