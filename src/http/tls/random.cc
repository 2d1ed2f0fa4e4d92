#include "http/tls/random.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace sockdiag::http {
namespace {

/// False when the kernel gives none; errno says why.
bool FillRandom(std::byte* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t got = getrandom(bytes, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

Result<void> CheckRandomness() {
  std::array<std::byte, 1> byte{};
  if (!FillRandom(byte.data(), byte.size())) return FailErrno("getrandom", errno);
  return {};
}

}  // namespace sockdiag::http

/// Takes the place of GnuTLS's function for the whole process, also for GnuTLS itself.
///
/// GnuTLS makes a generator for each thread that needs random bytes and frees none before the
/// process ends (_gnutls_rnd_init() in 3.7.9's lib/random.c): 224 bytes for each thread. Here every
/// connection is a thread, so strangers that connect over and over would fill the memory. The
/// kernel's generator, from which GnuTLS seeds its own, needs no state here.
extern "C" __attribute__((visibility("default"))) int gnutls_rnd(gnutls_rnd_level_t, void* data,
                                                                 std::size_t size) {
  const bool is_filled = sockdiag::http::FillRandom(static_cast<std::byte*>(data), size);
  return is_filled ? GNUTLS_E_SUCCESS : GNUTLS_E_RANDOM_FAILED;
}
