#include "web/basic_auth.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/web/authorization.h"

namespace sockdiag::web {
namespace {

using Verdict = BasicAuth::Verdict;

/// A hash whose password is the text at its end, as FakeBcrypt knows it.
std::string HashOf(int cost, const std::string& password) {
  std::string hash = BcryptDummyHash(cost);
  return hash.replace(hash.size() - password.size(), password.size(), password);
}

/// bcrypt without its work: says right or wrong, keeps account of what it was asked, and can be
/// held up in the middle.
class FakeBcrypt {
 public:
  BasicAuth::Matcher Matcher() {
    return [this](const std::string& password, const std::string& hash) {
      return Compute(password, hash);
    };
  }

  std::vector<int> Costs() const {
    const std::lock_guard lock(mutex_);
    return costs_;
  }
  /// What all the computations were worth, in those of cost 0.
  std::uint64_t TakeWork() {
    const std::lock_guard lock(mutex_);
    std::uint64_t work = 0;
    for (const int cost : std::exchange(costs_, {})) work += std::uint64_t{1} << cost;
    return work;
  }
  int MostAtOnce() const { return most_at_once_; }

  void Hold() { SetHeld(true); }
  void Release() { SetHeld(false); }
  void AwaitOneInside() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return inside_ > 0; });
  }

 private:
  bool Compute(const std::string& password, const std::string& hash) {
    std::unique_lock lock(mutex_);
    costs_.push_back(BcryptCost(hash));
    most_at_once_ = std::max(most_at_once_, ++inside_);
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held_; });
    --inside_;
    return hash == HashOf(BcryptCost(hash), password);
  }

  void SetHeld(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  int inside_ = 0;
  int most_at_once_ = 0;
  std::vector<int> costs_;
};

BasicAuth::Users TwoUsers() { return {{"alice", HashOf(10, "wonder")}, {"bob", HashOf(6, "b")}}; }

TEST(BasicAuth, AllowsEverybodyWithoutUsers) {
  FakeBcrypt bcrypt;
  BasicAuth auth({}, bcrypt.Matcher());
  EXPECT_EQ(auth.Check(std::nullopt), Verdict::kAllowed);
  EXPECT_EQ(auth.Check("Bearer x"), Verdict::kAllowed);
  EXPECT_TRUE(bcrypt.Costs().empty());
}

TEST(BasicAuth, RefusesWithoutComputingWhatIsNotCredentials) {
  FakeBcrypt bcrypt;
  BasicAuth auth(TwoUsers(), bcrypt.Matcher());
  EXPECT_EQ(auth.Check(std::nullopt), Verdict::kRefused);
  for (const std::string& header :
       {std::string(), std::string("Basic"), std::string("Bearer YTpi"), std::string("Basic YWI="),
        Authorization("alice", std::string("wonder\0", 7)),
        Authorization("alice", std::string(4096, 'x'))}) {
    EXPECT_EQ(auth.Check(header), Verdict::kRefused) << header;
  }
  EXPECT_TRUE(bcrypt.Costs().empty());
}

TEST(BasicAuth, ComputesARightPasswordOnceForEachUser) {
  FakeBcrypt bcrypt;
  BasicAuth auth(TwoUsers(), bcrypt.Matcher());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(auth.Check(Authorization("alice", "wonder")), Verdict::kAllowed);
    EXPECT_EQ(auth.Check(Authorization("bob", "b")), Verdict::kAllowed);
  }
  EXPECT_EQ(bcrypt.Costs(), (std::vector<int>{10, 6}));
}

TEST(BasicAuth, RefusesWrongPasswordsAlsoWhenTheRightOneIsKnown) {
  FakeBcrypt bcrypt;
  BasicAuth auth(TwoUsers(), bcrypt.Matcher());
  EXPECT_EQ(auth.Check(Authorization("alice", "wonder")), Verdict::kAllowed);
  for (const auto& [user, password] :
       std::vector<std::pair<std::string, std::string>>{{"alice", "wonde"},
                                                        {"alice", ""},
                                                        {"alice", "b"},
                                                        {"bob", "wonder"},
                                                        {"", "wonder"},
                                                        {"Alice", "wonder"},
                                                        {"carol", "wonder"},
                                                        {"alicewonder", ""}}) {
    EXPECT_EQ(auth.Check(Authorization(user, password)), Verdict::kRefused) << user;
  }
  EXPECT_EQ(auth.Check(Authorization("alice", "wonder")), Verdict::kAllowed);
}

TEST(BasicAuth, WorksAsLongForUnknownUsersAsForAnyKnownOne) {
  FakeBcrypt bcrypt;
  BasicAuth::Users users = TwoUsers();
  users["carol"] = HashOf(4, "c");
  BasicAuth auth(users, bcrypt.Matcher());
  EXPECT_EQ(auth.Check(Authorization("alice", "wonder")), Verdict::kAllowed);
  bcrypt.TakeWork();
  for (const std::string user : {"nobody", "alice", "bob", "carol", ""}) {
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(auth.Check(Authorization(user, "wrong")), Verdict::kRefused);
      EXPECT_EQ(bcrypt.TakeWork(), std::uint64_t{1} << 10) << user;
    }
  }
}

TEST(BasicAuth, NeverAllowsAnUnknownUserWhateverTheDummySays) {
  BasicAuth auth(TwoUsers(), [](const std::string&, const std::string&) { return true; });
  EXPECT_EQ(auth.Check(Authorization("nobody", "x")), Verdict::kRefused);
  EXPECT_EQ(auth.Check(Authorization("nobody", "x")), Verdict::kRefused);
}

TEST(BasicAuth, KeepsKnownThoseWhoseHashStaysInNewUsers) {
  FakeBcrypt bcrypt;
  BasicAuth auth(TwoUsers(), bcrypt.Matcher());
  EXPECT_EQ(auth.Check(Authorization("alice", "wonder")), Verdict::kAllowed);
  EXPECT_EQ(auth.Check(Authorization("bob", "b")), Verdict::kAllowed);
  bcrypt.TakeWork();
  auth.SetUsers({{"alice", HashOf(10, "wonder")}, {"bob", HashOf(6, "new")}});
  EXPECT_EQ(auth.Check(Authorization("alice", "wonder")), Verdict::kAllowed);
  EXPECT_EQ(bcrypt.TakeWork(), 0U);
  EXPECT_EQ(auth.Check(Authorization("bob", "b")), Verdict::kRefused);
  EXPECT_EQ(auth.Check(Authorization("bob", "new")), Verdict::kAllowed);
  auth.SetUsers({{"bob", HashOf(6, "new")}});
  EXPECT_EQ(auth.Check(Authorization("alice", "wonder")), Verdict::kRefused);
  auth.SetUsers({});
  EXPECT_EQ(auth.Check(std::nullopt), Verdict::kAllowed);
}

TEST(BasicAuth, DoesNotRememberAPasswordWhoseHashWasReplacedMeanwhile) {
  FakeBcrypt bcrypt;
  BasicAuth auth({{"bob", HashOf(4, "old")}}, bcrypt.Matcher());
  bcrypt.Hold();
  std::thread late([&] { EXPECT_EQ(auth.Check(Authorization("bob", "old")), Verdict::kAllowed); });
  bcrypt.AwaitOneInside();
  auth.SetUsers({{"bob", HashOf(4, "new")}});
  bcrypt.Release();
  late.join();
  EXPECT_EQ(auth.Check(Authorization("bob", "old")), Verdict::kRefused);
}

/// Many requests at once, one of them held up inside its computation.
class BasicAuthFlood : public ::testing::Test {
 protected:
  ~BasicAuthFlood() override {
    bcrypt_.Release();
    for (std::thread& thread : threads_) thread.join();
  }

  /// Starts a request and waits until it computes or stands in the line.
  void Start(const std::string& user, const std::string& password) {
    const std::size_t before = auth_.PendingComputations();
    threads_.emplace_back([this, header = Authorization(user, password)] {
      const Verdict verdict = auth_.Check(header);
      if (verdict == Verdict::kAllowed) ++allowed_;
      if (verdict == Verdict::kRefused) ++refused_;
    });
    while (auth_.PendingComputations() == before) std::this_thread::yield();
  }

  void Finish() {
    bcrypt_.Release();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  FakeBcrypt bcrypt_;
  BasicAuth auth_{TwoUsers(), bcrypt_.Matcher()};
  std::atomic<unsigned> allowed_ = 0;
  std::atomic<unsigned> refused_ = 0;
  std::vector<std::thread> threads_;
};

TEST_F(BasicAuthFlood, ComputesOneAtATimeAndTurnsAwayWhatDoesNotFitInTheLine) {
  bcrypt_.Hold();
  for (std::size_t i = 0; i <= BasicAuth::kMaxWaiting; ++i) Start("alice", std::to_string(i));
  EXPECT_EQ(auth_.Check(Authorization("alice", "wonder")), Verdict::kBusy);
  EXPECT_EQ(auth_.Check(Authorization("nobody", "x")), Verdict::kBusy);
  EXPECT_EQ(auth_.Check("Basic x"), Verdict::kRefused) << "needs no computation";
  Finish();
  EXPECT_EQ(refused_, BasicAuth::kMaxWaiting + 1);
  EXPECT_EQ(bcrypt_.MostAtOnce(), 1);
  EXPECT_EQ(auth_.Check(Authorization("alice", "wonder")), Verdict::kAllowed);
}

TEST_F(BasicAuthFlood, DoesNotKeepKnownUsersWaiting) {
  EXPECT_EQ(auth_.Check(Authorization("alice", "wonder")), Verdict::kAllowed);
  bcrypt_.Hold();
  for (std::size_t i = 0; i <= BasicAuth::kMaxWaiting; ++i) Start("alice", std::to_string(i));
  EXPECT_EQ(auth_.Check(Authorization("alice", "wonder")), Verdict::kAllowed);
}

TEST_F(BasicAuthFlood, ServesARightPasswordThatHasAPlaceInTheLine) {
  bcrypt_.Hold();
  for (std::size_t i = 0; i < BasicAuth::kMaxWaiting; ++i) Start("nobody", std::to_string(i));
  Start("bob", "b");
  Finish();
  EXPECT_EQ(allowed_, 1U);
  EXPECT_EQ(refused_, BasicAuth::kMaxWaiting);
}

TEST_F(BasicAuthFlood, ComputesOnceForAllWhoWaitWithTheSamePassword) {
  bcrypt_.Hold();
  for (int i = 0; i < 8; ++i) Start("alice", "wonder");
  Finish();
  EXPECT_EQ(allowed_, 8U);
  EXPECT_EQ(bcrypt_.Costs(), (std::vector<int>{10}));
}

TEST(BasicAuth, GivesTheTurnBackWhenAComputationThrows) {
  bool throws = true;
  BasicAuth auth(TwoUsers(), [&](const std::string&, const std::string&) {
    if (throws) throw std::runtime_error("out of memory");
    return true;
  });
  EXPECT_THROW(static_cast<void>(auth.Check(Authorization("bob", "b"))), std::runtime_error);
  throws = false;
  EXPECT_EQ(auth.Check(Authorization("bob", "b")), Verdict::kAllowed);
}

TEST(BasicAuth, ChecksRealHashes) {
  const std::string utf8 = "p\xc3\xa4ssw\xc3\xb6rd \xe2\x82\xac";
  const std::string long_password = std::string(72, 'l');
  BasicAuth auth({{"simple", "$2y$04$3oDm5K3.4ezqgSIC9Ox6N.xI46bu5jyz8AuC5leZC0QAHmGsldUcO"},
                  {"utf8", "$2b$04$V18VNY3C0QfyeT1zIBEfie5RMTKtmyi3HWGCMJnty7rS71EJWfVdS"},
                  {"colon", "$2a$04$2M2Kx7nWLyDyfSQLWpcHSO5OpY/0oOoa38PLc1FwzyGNAIlR6a0xO"},
                  {"empty", "$2y$04$pX22CNNkL.B49xOcmTErZO1p5zUcq4IuIBPOV5Z/jsRa/k6OKnTNS"},
                  {"long", "$2a$04$q/7hQs3BSddbEHhIt3rslOUEWUjFs3wAYXdZ5P23y.oHFSYif.1HO"}});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(auth.Check(Authorization("simple", "secret")), Verdict::kAllowed);
    EXPECT_EQ(auth.Check(Authorization("utf8", utf8)), Verdict::kAllowed);
    EXPECT_EQ(auth.Check(Authorization("colon", "a:b:c")), Verdict::kAllowed);
    EXPECT_EQ(auth.Check(Authorization("empty", "")), Verdict::kAllowed);
    EXPECT_EQ(auth.Check(Authorization("long", long_password)), Verdict::kAllowed);
    EXPECT_EQ(auth.Check(Authorization("long", long_password + "more")), Verdict::kAllowed);
  }
  for (const auto& [user, password] :
       std::vector<std::pair<std::string, std::string>>{{"simple", "Secret"},
                                                        {"utf8", "passwort"},
                                                        {"colon", "a"},
                                                        {"empty", " "},
                                                        {"long", std::string(71, 'l')},
                                                        {"nobody", "secret"},
                                                        {"nobody", ""}}) {
    EXPECT_EQ(auth.Check(Authorization(user, password)), Verdict::kRefused) << user;
  }
}

}  // namespace
}  // namespace sockdiag::web
