#include "web/bcrypt.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace sockdiag::web {
namespace {

// Published test vectors of crypt_blowfish (wrapper.c), which other implementations use too.
const std::string kStars = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
const std::string kLong = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";
const std::string kLongPassword =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are "
    "ignored";
const std::string kHighBit = "$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq";
const std::string kEmpty = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy";

std::string WithPrefix(const std::string& prefix, const std::string& hash) {
  return prefix + hash.substr(prefix.size());
}

TEST(Bcrypt, MatchesPublishedHashes) {
  EXPECT_TRUE(MatchesBcrypt("U*U", kStars));
  EXPECT_TRUE(MatchesBcrypt("", kEmpty));
  EXPECT_TRUE(MatchesBcrypt("\xa3", kHighBit));
  EXPECT_TRUE(MatchesBcrypt(kLongPassword, kLong));
  for (const std::string prefix : {"$2a$", "$2b$", "$2y$"}) {
    EXPECT_TRUE(MatchesBcrypt("U*U", WithPrefix(prefix, kStars))) << prefix;
  }
}

TEST(Bcrypt, RefusesOtherPasswords) {
  for (const std::string password : {"", "U*", "U*U*", "u*u", "U*V"}) {
    EXPECT_FALSE(MatchesBcrypt(password, kStars)) << password;
  }
  EXPECT_FALSE(MatchesBcrypt(std::string("U*U\0", 4), kStars));
  EXPECT_FALSE(MatchesBcrypt(std::string("\0", 1), kEmpty));
}

TEST(Bcrypt, LooksAt72BytesOfAPasswordHoweverLong) {
  EXPECT_TRUE(MatchesBcrypt(kLongPassword.substr(0, 72), kLong));
  EXPECT_TRUE(MatchesBcrypt(kLongPassword.substr(0, 72) + std::string(2000, 'x'), kLong));
  EXPECT_FALSE(MatchesBcrypt(kLongPassword.substr(0, 71), kLong));
}

TEST(Bcrypt, MatchesASaltWithBitsThatItDoesNotUse) {
  std::string hash = kLong;
  hash[28] = 'v';  // the next to 'u' in bcrypt's alphabet
  EXPECT_TRUE(MatchesBcrypt(kLongPassword, hash));
}

TEST(Bcrypt, MatchesNothingThatIsNotAHash) {
  for (const std::string& hash :
       {std::string(), std::string("*0"), std::string(60, '.'), kStars.substr(0, 59), kStars + "x",
        WithPrefix("$2z$", kStars), WithPrefix("$2a$03", kStars), WithPrefix("$2a$32", kStars)}) {
    EXPECT_FALSE(MatchesBcrypt("U*U", hash)) << hash;
  }
}

TEST(Bcrypt, ReadsTheCost) {
  for (const auto& [text, cost] : std::initializer_list<std::pair<std::string, int>>{
           {"04", 4}, {"09", 9}, {"10", 10}, {"31", 31}, {"32", 4}, {"00", 4}, {"x5", 4}}) {
    EXPECT_EQ(BcryptCost(WithPrefix("$2a$" + text, kStars)), cost) << text;
  }
  EXPECT_EQ(BcryptCost("$2a$10"), 4);
}

TEST(Bcrypt, HasADummyForEachCost) {
  for (int cost = 4; cost <= 31; ++cost) EXPECT_EQ(BcryptCost(BcryptDummyHash(cost)), cost);
  EXPECT_EQ(BcryptDummyHash(4).size(), kStars.size());
  EXPECT_FALSE(MatchesBcrypt("", BcryptDummyHash(4)));
}

TEST(Bcrypt, ComputesOnSeveralThreadsAtOnce) {
  constexpr std::size_t kThreads = 4;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([] {
      EXPECT_TRUE(MatchesBcrypt("U*U", kStars));
      EXPECT_FALSE(MatchesBcrypt("U*V", kStars));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace sockdiag::web
