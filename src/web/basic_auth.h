#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "web/basic_credentials.h"
#include "web/bcrypt.h"
#include "web/fair_lock.h"

namespace sockdiag::web {

/// Whether a request's user and password are right. bcrypt is slow on purpose, so a password that
/// was right is known again by a digest from then on, and what has to be computed is computed one
/// at a time for the whole server.
///
/// Those who need a computation wait in one line, first come, first served. It makes no difference
/// between users and names that do not exist, or the wait would tell them apart. A request in the
/// line waits for at most kMaxWaiting + 1 computations (about 1.1 s at cost 10); one that finds
/// the line full is told so at once. Under a flood of wrong passwords a right one that was not
/// seen yet gets its place by chance, about one try in (requests a second) x (seconds a
/// computation), and needs it once; one that was seen never waits. `rate_limit`, or an address
/// that not everybody reaches, keeps floods away.
///
/// Thread-safe. Check() blocks; the rest does not.
class BasicAuth {
 public:
  enum class Verdict {
    kAllowed,
    kRefused,
    kBusy,  ///< nothing was computed; the client may try again
  };
  /// bcrypt hashes by name, well-formed.
  using Users = std::map<std::string, std::string>;
  /// Whether (password, hash) belong together; see MatchesBcrypt().
  using Matcher = std::function<bool(const std::string&, const std::string&)>;

  static constexpr std::size_t kMaxWaiting = 16;

  explicit BasicAuth(const Users& users, Matcher matches = MatchesBcrypt);
  BasicAuth(const BasicAuth&) = delete;
  BasicAuth& operator=(const BasicAuth&) = delete;
  ~BasicAuth();

  /// Replaces all users, as on a reload. Those whose hash is the same stay known.
  void SetUsers(const Users& users);

  /// The value of the Authorization header; absent when there is none. Without any users everybody
  /// is allowed. A password that is refused takes the same computations whoever it is said to be
  /// of, as many as the highest cost among the users asks for.
  [[nodiscard]] Verdict Check(std::optional<std::string_view> authorization);

  /// Requests that compute, or wait for it.
  [[nodiscard]] std::size_t PendingComputations() const { return computing_.UserCount(); }

 private:
  using Digest = std::array<unsigned char, 32>;
  struct Account {
    std::string hash;
    /// Of the password that was right.
    std::optional<Digest> digest;
  };

  [[nodiscard]] bool HasUsers() const;
  /// Absent when the library fails; then nothing is known again.
  [[nodiscard]] std::optional<Digest> DigestOf(const BasicCredentials& credentials) const;
  [[nodiscard]] bool IsKnown(const std::string& user, const std::optional<Digest>& digest) const;
  void Remember(const std::string& user, const std::string& hash,
                const std::optional<Digest>& digest);
  /// Absent: no such user.
  [[nodiscard]] std::optional<std::string> HashOf(const std::string& user) const;
  [[nodiscard]] bool Compute(const BasicCredentials& credentials,
                             const std::optional<Digest>& digest);
  [[nodiscard]] int HighestCost() const;

  const Matcher matches_;
  /// Random, of this process: a digest in a core file is worth nothing without it.
  std::optional<Digest> key_;
  FairLock computing_{kMaxWaiting};
  mutable std::mutex mutex_;
  std::map<std::string, Account> accounts_;
};

}  // namespace sockdiag::web
