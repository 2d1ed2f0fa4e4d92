#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sockdiag {

/// A table of bits: `rows` rows of `bits` bits each, all clear at first.
class BitRows {
 public:
  BitRows(std::size_t rows, std::size_t bits)
      : words_per_row_((bits + 63) / 64), words_(rows * words_per_row_) {}

  void Set(std::size_t row, std::size_t bit) {
    words_[row * words_per_row_ + bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
  [[nodiscard]] bool Has(std::size_t row, std::size_t bit) const {
    return (Row(row)[bit / 64] >> (bit % 64) & 1) != 0;
  }
  [[nodiscard]] std::size_t words_per_row() const { return words_per_row_; }
  /// words_per_row() words; bit n is bit n % 64 of word n / 64.
  [[nodiscard]] const std::uint64_t* Row(std::size_t row) const {
    return words_.data() + row * words_per_row_;
  }

 private:
  std::size_t words_per_row_;
  std::vector<std::uint64_t> words_;
};

}  // namespace sockdiag
