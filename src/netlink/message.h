#pragma once

#include <linux/netlink.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "netlink/dump_error.h"

namespace sockdiag {

/// One message of a datagram (`uapi/linux/netlink.h`); the payload points into the datagram.
struct NetlinkMessage {
  nlmsghdr header;
  std::span<const std::byte> payload;
};

/// One attribute of a message, its type without the flags; the payload points into the message.
struct NetlinkAttribute {
  std::uint16_t type;
  std::span<const std::byte> payload;
};

/// What the two functions below fail with.
[[nodiscard]] tl::unexpected<DumpError> MessageDoesNotFit(std::size_t bytes_left);
[[nodiscard]] tl::unexpected<DumpError> AttributeDoesNotFit(std::size_t bytes_left);

/// The bytes behind a message or an attribute of this length and its padding.
[[nodiscard]] inline std::span<const std::byte> Behind(std::span<const std::byte> bytes,
                                                       std::size_t length) {
  constexpr std::size_t kAlignment = 4;  // NLMSG_ALIGNTO, NLA_ALIGNTO
  const std::size_t padded = (length + kAlignment - 1) & ~(kAlignment - 1);
  return bytes.subspan(std::min(padded, bytes.size()));
}

// These are inline, as they run once and more for each socket of a dump: called from elsewhere,
// they would add a third to what it costs to read one.

/// Takes the message at the front of what is left of a datagram off it, with its padding.
/// kMalformed when its length contradicts what is left, which then stays as it is. Not with
/// mnl_nlmsg_ok(), which takes lengths from 2^31 on for negative and lets them pass.
[[nodiscard]] inline DumpResult<NetlinkMessage> TakeMessage(std::span<const std::byte>& datagram) {
  NetlinkMessage message;
  if (datagram.size() < sizeof(message.header)) return MessageDoesNotFit(datagram.size());
  std::memcpy(&message.header, datagram.data(), sizeof(message.header));
  const std::size_t length = message.header.nlmsg_len;
  if (length < sizeof(message.header) || length > datagram.size()) {
    return MessageDoesNotFit(datagram.size());
  }
  message.payload = datagram.subspan(sizeof(message.header), length - sizeof(message.header));
  datagram = Behind(datagram, length);
  return message;
}

/// Takes the attribute at the front of what is left of a message off it, with its padding. Where
/// attributes begin depends on the struct before them. kMalformed when its length contradicts what
/// is left, which then stays as it is.
[[nodiscard]] inline DumpResult<NetlinkAttribute> TakeAttribute(
    std::span<const std::byte>& attributes) {
  nlattr header;
  if (attributes.size() < sizeof(header)) return AttributeDoesNotFit(attributes.size());
  std::memcpy(&header, attributes.data(), sizeof(header));
  const std::size_t length = header.nla_len;
  if (length < sizeof(header) || length > attributes.size()) {
    return AttributeDoesNotFit(attributes.size());
  }
  const NetlinkAttribute attribute{static_cast<std::uint16_t>(header.nla_type & NLA_TYPE_MASK),
                                   attributes.subspan(sizeof(header), length - sizeof(header))};
  attributes = Behind(attributes, length);
  return attribute;
}

/// The payload of the first attribute of this type; nothing when there is none. kMalformed as
/// above.
[[nodiscard]] inline DumpResult<std::optional<std::span<const std::byte>>> FindAttribute(
    std::span<const std::byte> attributes, std::uint16_t type) {
  while (!attributes.empty()) {
    const DumpResult<NetlinkAttribute> attribute = TakeAttribute(attributes);
    if (!attribute) return tl::unexpected(attribute.error());
    if (attribute->type == type) return attribute->payload;
  }
  return std::nullopt;
}

/// Where the records of a dump go, each as one message, whole and of the type that the request
/// announced.
class MessageSink {
 public:
  virtual ~MessageSink() = default;

  /// The message is valid only during the call. An error ends the dump, and is what it fails with.
  [[nodiscard]] virtual DumpResult<void> Add(const NetlinkMessage& message) = 0;
};

}  // namespace sockdiag
