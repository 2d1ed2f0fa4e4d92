#pragma once

#include <endian.h>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace sockdiag {

/// An IPv4 or IPv6 address. IPv4 is held as ::ffff:a.b.c.d, so a mapped address and its IPv4 form
/// are one value, as they are one peer on the wire. The order is that of the 128-bit number.
class IpAddress {
 public:
  /// `::`.
  constexpr IpAddress() = default;
  /// From bytes in network order.
  [[nodiscard]] static IpAddress FromIpv4(const std::array<std::byte, 4>& bytes) {
    std::uint32_t address = 0;
    std::memcpy(&address, bytes.data(), sizeof(address));
    return IpAddress(0, kMappedPrefix | be32toh(address));
  }
  [[nodiscard]] static IpAddress FromIpv6(const std::array<std::byte, 16>& bytes) {
    std::array<std::uint64_t, 2> halves{};
    std::memcpy(halves.data(), bytes.data(), sizeof(halves));
    return IpAddress(be64toh(halves[0]), be64toh(halves[1]));
  }
  /// From the 128-bit number, its upper and its lower half.
  [[nodiscard]] static constexpr IpAddress FromBits(std::uint64_t high, std::uint64_t low) {
    return IpAddress(high, low);
  }
  /// Dotted IPv4 or RFC 4291 text; no zone, no brackets.
  [[nodiscard]] static std::optional<IpAddress> Parse(std::string_view text);

  [[nodiscard]] constexpr std::uint64_t High() const { return high_; }
  [[nodiscard]] constexpr std::uint64_t Low() const { return low_; }
  [[nodiscard]] constexpr bool IsIpv4() const { return high_ == 0 && (low_ >> 32) == 0xffff; }
  /// `0.0.0.0` or `::`.
  [[nodiscard]] constexpr bool IsUnspecified() const {
    return high_ == 0 && (low_ == 0 || low_ == kMappedPrefix);
  }
  /// IPv4 in dotted form, IPv6 in RFC 5952 form.
  [[nodiscard]] std::string ToString() const;

  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  static constexpr std::uint64_t kMappedPrefix = 0xffff'0000'0000;
  constexpr IpAddress(std::uint64_t high, std::uint64_t low) : high_(high), low_(low) {}
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

}  // namespace sockdiag
