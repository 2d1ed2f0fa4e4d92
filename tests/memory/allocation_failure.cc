#include "tests/memory/allocation_failure.h"

#include <cstddef>
#include <cstdlib>

namespace sockdiag::testing {
namespace {

/// 0: none is to fail any more.
thread_local std::uint64_t left_to_failure = 0;

bool Fails() { return left_to_failure != 0 && --left_to_failure == 0; }

void* TryAllocate(std::size_t size) {
  return Fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
}

void* OrThrow(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* Allocate(std::size_t size) { return OrThrow(TryAllocate(size)); }

void* TryAllocate(std::size_t size, std::align_val_t alignment) {
  const auto step = static_cast<std::size_t>(alignment);
  return Fails() ? nullptr : std::aligned_alloc(step, (size + step - 1) / step * step);
}

void* Allocate(std::size_t size, std::align_val_t alignment) {
  return OrThrow(TryAllocate(size, alignment));
}

}  // namespace

AllocationFailure::AllocationFailure(std::uint64_t nth) { left_to_failure = nth; }

AllocationFailure::~AllocationFailure() { left_to_failure = 0; }

bool AllocationFailure::HasHappened() { return left_to_failure == 0; }

}  // namespace sockdiag::testing

using sockdiag::testing::Allocate;
using sockdiag::testing::TryAllocate;

// All forms, as a sanitizer has forms of its own, which do not call each other.
void* operator new(std::size_t size) { return Allocate(size); }
void* operator new[](std::size_t size) { return Allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return TryAllocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return TryAllocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return Allocate(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return Allocate(size, alignment);
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return TryAllocate(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return TryAllocate(size, alignment);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  std::free(memory);
}
