#include "web/basic_credentials.h"

#include <gnutls/gnutls.h>

#include <algorithm>

#include "http/message.h"

namespace sockdiag::web {
namespace {

/// What GnuTLS allocated; overwritten before it is freed.
class DecodedBytes {
 public:
  DecodedBytes() = default;
  DecodedBytes(const DecodedBytes&) = delete;
  DecodedBytes& operator=(const DecodedBytes&) = delete;
  ~DecodedBytes() {
    if (datum_.data == nullptr) return;
    gnutls_memset(datum_.data, 0, datum_.size);
    gnutls_free(datum_.data);
  }

  [[nodiscard]] bool Decode(std::string_view base64) {
    // The library skips spaces and line breaks; a client has no reason to send any.
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    if (base64.empty() || base64.find_first_not_of(kAlphabet) != std::string_view::npos) {
      return false;
    }
    std::string copy(base64);  // the library's parameter is not const
    const gnutls_datum_t input{reinterpret_cast<unsigned char*>(copy.data()),
                               static_cast<unsigned>(copy.size())};
    const bool decoded = gnutls_base64_decode2(&input, &datum_) == GNUTLS_E_SUCCESS;
    gnutls_memset(copy.data(), 0, copy.size());
    return decoded;
  }

  [[nodiscard]] std::string_view View() const {
    return {reinterpret_cast<const char*>(datum_.data), datum_.size};
  }

 private:
  gnutls_datum_t datum_{nullptr, 0};
};

}  // namespace

BasicCredentials::~BasicCredentials() {
  gnutls_memset(user.data(), 0, user.size());
  gnutls_memset(password.data(), 0, password.size());
}

std::unique_ptr<const BasicCredentials> ParseBasicCredentials(std::string_view authorization) {
  constexpr std::string_view kScheme = "Basic ";
  if (authorization.size() > kMaxAuthorizationBytes) return nullptr;
  if (!http::EqualIgnoringCase(authorization.substr(0, kScheme.size()), kScheme)) return nullptr;
  authorization.remove_prefix(kScheme.size());
  authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
  DecodedBytes decoded;
  if (!decoded.Decode(authorization)) return nullptr;
  const std::string_view text = decoded.View();
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find('\0') != std::string_view::npos) return nullptr;
  return std::make_unique<const BasicCredentials>(text.substr(0, colon), text.substr(colon + 1));
}

}  // namespace sockdiag::web
