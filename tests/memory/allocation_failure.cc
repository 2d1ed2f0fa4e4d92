#include "tests/memory/allocation_failure.h"

#include <cstddef>
#include <cstdlib>

namespace sockdiag::testing {
namespace {

/// 0: none is to fail any more.
thread_local std::uint64_t left_to_failure = 0;

bool Fails() { return left_to_failure != 0 && --left_to_failure == 0; }

void* Allocate(std::size_t size) {
  void* memory = Fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* Allocate(std::size_t size, std::size_t alignment) {
  const std::size_t whole = (size + alignment - 1) / alignment * alignment;
  void* memory = Fails() ? nullptr : std::aligned_alloc(alignment, whole);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

AllocationFailure::AllocationFailure(std::uint64_t nth) { left_to_failure = nth; }

AllocationFailure::~AllocationFailure() { left_to_failure = 0; }

bool AllocationFailure::HasHappened() { return left_to_failure == 0; }

}  // namespace sockdiag::testing

// The array and nothrow forms call these.
void* operator new(std::size_t size) { return sockdiag::testing::Allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return sockdiag::testing::Allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
