#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "model/protocol.h"

namespace sockdiag {

/// A set of socket states, of either protocol.
class StateSet {
 public:
  constexpr StateSet() = default;
  constexpr StateSet(std::initializer_list<SocketState> states) {
    for (const SocketState state : states) Add(state);
  }

  /// Of the protocol, with those that this program does not know.
  [[nodiscard]] static constexpr StateSet All(Protocol protocol) {
    StateSet all{SocketState::kUnknown};
    for (const SocketState state : States(protocol)) all.Add(state);
    return all;
  }

  constexpr void Add(SocketState state) { bits_ |= Bit(state); }
  constexpr void Remove(SocketState state) { bits_ &= ~Bit(state); }
  [[nodiscard]] constexpr bool Contains(SocketState state) const {
    return (bits_ & Bit(state)) != 0;
  }
  [[nodiscard]] constexpr bool ContainsAnyOf(StateSet other) const {
    return (bits_ & other.bits_) != 0;
  }
  [[nodiscard]] constexpr bool IsEmpty() const { return bits_ == 0; }

  /// That state alone, if it is in the set; then all others.
  [[nodiscard]] constexpr std::array<StateSet, 2> SplitBy(SocketState state) const {
    StateSet others = *this;
    others.Remove(state);
    return {Contains(state) ? StateSet{state} : StateSet(), others};
  }

  /// Those of both.
  friend constexpr StateSet operator|(StateSet a, StateSet b) {
    a.bits_ |= b.bits_;
    return a;
  }
  friend constexpr bool operator==(const StateSet&, const StateSet&) = default;

 private:
  [[nodiscard]] static constexpr std::uint32_t Bit(SocketState state) {
    return std::uint32_t{1} << Index(state);
  }
  std::uint32_t bits_ = 0;
};

}  // namespace sockdiag
