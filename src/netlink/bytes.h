#pragma once

#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

namespace sockdiag {

/// Takes a kernel's struct off the front of `bytes`. Nothing when they are too few; then they stay
/// as they are.
template <typename Struct>
[[nodiscard]] std::optional<Struct> TakeStruct(std::span<const std::byte>& bytes) {
  static_assert(std::is_trivially_copyable_v<Struct>);
  if (bytes.size() < sizeof(Struct)) return std::nullopt;
  Struct value;
  std::memcpy(&value, bytes.data(), sizeof(value));
  bytes = bytes.subspan(sizeof(value));
  return value;
}

/// The bytes of a kernel's struct, which must outlive them.
template <typename Struct>
[[nodiscard]] std::span<const std::byte> BytesOf(const Struct& value) {
  static_assert(std::is_trivially_copyable_v<Struct>);
  return std::as_bytes(std::span(&value, 1));
}

/// A copy of them.
template <typename Struct>
[[nodiscard]] std::vector<std::byte> CopyBytes(const Struct& value) {
  const std::span<const std::byte> bytes = BytesOf(value);
  return {bytes.begin(), bytes.end()};
}

}  // namespace sockdiag
