#include "model/cidr.h"

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>

namespace sockdiag {
namespace {

constexpr std::uint64_t kAllOnes = std::numeric_limits<std::uint64_t>::max();

/// The bits of a 64-bit half that lie behind a prefix; `prefix_bits` counts from the half's top.
constexpr std::uint64_t HostBits(unsigned prefix_bits) {
  return prefix_bits >= 64 ? 0 : kAllOnes >> prefix_bits;
}

std::optional<unsigned> ParsePrefixLength(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (error != std::errc() || end != text.data() + text.size() || leading_zero) return std::nullopt;
  return value;
}

/// As it is when it looks like a network; whatever else may have lines or no end.
std::string Quoted(std::string_view text) {
  constexpr std::string_view kPlain = "0123456789abcdefABCDEF.:/-";
  constexpr std::size_t kLongest = 64;
  const bool is_plain =
      text.size() <= kLongest && text.find_first_not_of(kPlain) == std::string_view::npos;
  return is_plain ? std::string(text) : Excerpt(text);
}

}  // namespace

Result<Cidr> Cidr::Parse(std::string_view text) {
  const std::string quoted = Quoted(text);
  const std::size_t slash = text.find('/');
  const std::optional<IpAddress> address = IpAddress::Parse(text.substr(0, slash));
  if (!address) return Fail(quoted + " is not a network such as 10.0.0.0/8 or 2001:db8::/32");
  const bool dotted = text.find(':') == std::string_view::npos;
  const unsigned width = dotted ? 32 : 128;
  if (slash == std::string_view::npos) {
    return Fail(quoted + " has no prefix length; one address is " + quoted + "/" +
                std::to_string(width));
  }
  const std::optional<unsigned> length = ParsePrefixLength(text.substr(slash + 1));
  if (!length || *length > width) {
    return Fail(quoted + ": the prefix length is not in 0.." + std::to_string(width));
  }
  const unsigned bits = dotted ? *length + 96 : *length;
  const std::uint64_t host_high = HostBits(bits);
  const std::uint64_t host_low = HostBits(bits < 64 ? 0 : bits - 64);
  const IpAddress first =
      IpAddress::FromBits(address->High() & ~host_high, address->Low() & ~host_low);
  const IpAddress last = IpAddress::FromBits(first.High() | host_high, first.Low() | host_low);
  const Cidr network(first, last, *length);
  if (first != *address) {
    return Fail(quoted + " has bits set behind its prefix; the network is " + network.ToString());
  }
  return network;
}

bool Cidr::Contains(const IpAddress& address) const {
  return first_ <= address && address <= last_ && address.IsIpv4() == first_.IsIpv4();
}

std::string Cidr::ToString() const {
  const bool mapped = first_.IsIpv4() && prefix_length_ > 32;
  return (mapped ? "::ffff:" : "") + first_.ToString() + "/" + std::to_string(prefix_length_);
}

}  // namespace sockdiag
