#include "web/basic_auth.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace sockdiag::web {

BasicAuth::BasicAuth(const Users& users, Matcher matches) : matches_(std::move(matches)) {
  Digest key{};
  if (gnutls_rnd(GNUTLS_RND_KEY, key.data(), key.size()) == GNUTLS_E_SUCCESS) key_ = key;
  gnutls_memset(key.data(), 0, key.size());
  SetUsers(users);
}

BasicAuth::~BasicAuth() {
  if (key_) gnutls_memset(key_->data(), 0, key_->size());
}

void BasicAuth::SetUsers(const Users& users) {
  std::map<std::string, Account> accounts;
  const std::lock_guard lock(mutex_);
  for (const auto& [user, hash] : users) {
    Account& account = accounts[user];
    account.hash = hash;
    const auto before = accounts_.find(user);
    if (before != accounts_.end() && before->second.hash == hash) {
      account.digest = before->second.digest;
    }
  }
  accounts_ = std::move(accounts);
}

BasicAuth::Verdict BasicAuth::Check(std::optional<std::string_view> authorization) {
  if (!HasUsers()) return Verdict::kAllowed;
  if (!authorization) return Verdict::kRefused;
  const std::unique_ptr<const BasicCredentials> credentials = ParseBasicCredentials(*authorization);
  if (!credentials) return Verdict::kRefused;
  const std::optional<Digest> digest = DigestOf(*credentials);
  if (IsKnown(credentials->user, digest)) return Verdict::kAllowed;
  const std::optional<FairLock::Hold> computing = computing_.Acquire();
  if (!computing) return Verdict::kBusy;
  // The same password may have been computed while this request waited.
  if (IsKnown(credentials->user, digest)) return Verdict::kAllowed;
  return Compute(*credentials, digest) ? Verdict::kAllowed : Verdict::kRefused;
}

bool BasicAuth::Compute(const BasicCredentials& credentials, const std::optional<Digest>& digest) {
  const std::optional<std::string> hash = HashOf(credentials.user);
  const int highest = HighestCost();
  if (!hash) {
    static_cast<void>(matches_(credentials.password, BcryptDummyHash(highest)));
    return false;
  }
  if (matches_(credentials.password, *hash)) {
    Remember(credentials.user, *hash, digest);
    return true;
  }
  // Each cost is twice the one below, so its own and all from there to the highest add up to it.
  for (int cost = BcryptCost(*hash); cost < highest; ++cost) {
    static_cast<void>(matches_(credentials.password, BcryptDummyHash(cost)));
  }
  return false;
}

bool BasicAuth::HasUsers() const {
  const std::lock_guard lock(mutex_);
  return !accounts_.empty();
}

std::optional<BasicAuth::Digest> BasicAuth::DigestOf(const BasicCredentials& credentials) const {
  if (!key_) return std::nullopt;
  // A NUL ends the name: neither of the two holds one. What bcrypt does not look at is left out.
  std::string text;
  text.reserve(credentials.user.size() + 1 + kBcryptPasswordBytes);
  text.append(credentials.user).push_back('\0');
  text.append(credentials.password, 0, kBcryptPasswordBytes);
  Digest digest{};
  const int result = gnutls_hmac_fast(GNUTLS_MAC_SHA256, key_->data(), key_->size(), text.data(),
                                      text.size(), digest.data());
  gnutls_memset(text.data(), 0, text.size());
  if (result != GNUTLS_E_SUCCESS) return std::nullopt;
  return digest;
}

bool BasicAuth::IsKnown(const std::string& user, const std::optional<Digest>& digest) const {
  if (!digest) return false;
  const std::lock_guard lock(mutex_);
  const auto found = accounts_.find(user);
  if (found == accounts_.end() || !found->second.digest) return false;
  return gnutls_memcmp(found->second.digest->data(), digest->data(), digest->size()) == 0;
}

void BasicAuth::Remember(const std::string& user, const std::string& hash,
                         const std::optional<Digest>& digest) {
  const std::lock_guard lock(mutex_);
  const auto found = accounts_.find(user);
  // The users may have been replaced since.
  if (found != accounts_.end() && found->second.hash == hash) found->second.digest = digest;
}

std::optional<std::string> BasicAuth::HashOf(const std::string& user) const {
  const std::lock_guard lock(mutex_);
  const auto found = accounts_.find(user);
  if (found == accounts_.end()) return std::nullopt;
  return found->second.hash;
}

int BasicAuth::HighestCost() const {
  const std::lock_guard lock(mutex_);
  int highest = 0;
  for (const auto& [user, account] : accounts_) {
    highest = std::max(highest, BcryptCost(account.hash));
  }
  return highest;
}

}  // namespace sockdiag::web
