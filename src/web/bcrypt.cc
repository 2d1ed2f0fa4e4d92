#include "web/bcrypt.h"

#include <crypt.h>
#include <gnutls/gnutls.h>

#include <charconv>
#include <memory>
#include <string_view>
#include <system_error>

namespace sockdiag::web {
namespace {

constexpr std::size_t kHashBytes = 60;
constexpr std::size_t kCostOffset = 4;
/// Prefix, cost and salt. The last character of the salt holds only two bits of it, and some tools
/// put more into it, which libcrypt takes out again: so only what comes behind is compared.
constexpr std::size_t kSettingBytes = 29;

/// 32 KiB, too much for the stack of a connection's thread; forgets all when it goes.
struct WipedCryptData {
  crypt_data data{};
  WipedCryptData() = default;
  WipedCryptData(const WipedCryptData&) = delete;
  WipedCryptData& operator=(const WipedCryptData&) = delete;
  ~WipedCryptData() { gnutls_memset(&data, 0, sizeof data); }
};

}  // namespace

bool MatchesBcrypt(const std::string& password, const std::string& hash) {
  if (hash.size() != kHashBytes || password.find('\0') != std::string::npos) return false;
  const auto scratch = std::make_unique<WipedCryptData>();
  // libcrypt refuses passwords of 512 bytes; of shorter ones it and Go's bcrypt take the first 72.
  std::string used = password.substr(0, kBcryptPasswordBytes);
  // Not crypt_r(): the sanitizers have one of their own, and so the linker leaves libcrypt out.
  const char* output =
      crypt_rn(used.c_str(), hash.c_str(), &scratch->data, static_cast<int>(sizeof scratch->data));
  gnutls_memset(used.data(), 0, used.size());
  if (output == nullptr || std::string_view(output).size() != kHashBytes) return false;
  return gnutls_memcmp(output + kSettingBytes, hash.data() + kSettingBytes,
                       kHashBytes - kSettingBytes) == 0;
}

int BcryptCost(const std::string& hash) {
  constexpr int kMinCost = 4;
  constexpr int kMaxCost = 31;
  int cost = 0;
  if (hash.size() != kHashBytes) return kMinCost;
  const char* digits = hash.data() + kCostOffset;
  const auto [end, error] = std::from_chars(digits, digits + 2, cost);
  if (error != std::errc() || end != digits + 2) return kMinCost;
  return cost < kMinCost || cost > kMaxCost ? kMinCost : cost;
}

std::string BcryptDummyHash(int cost) {
  return std::string("$2y$") + (cost < 10 ? "0" : "") + std::to_string(cost) + "$" +
         std::string(kHashBytes - kCostOffset - 3, '.');
}

}  // namespace sockdiag::web
