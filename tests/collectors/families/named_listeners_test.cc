#include "collectors/families/named_listeners.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/figures.h"

namespace sockdiag {
namespace {

using testing::Figures;
using testing::FiguresOf;

/// Listeners as a kernel has them, by cookie, and the dumps of them.
class NamedListenersTest : public ::testing::Test {
 protected:
  struct Listener {
    std::string name;
    std::uint32_t length;
    std::uint32_t backlog;
  };

  /// `/run/1000` and so on, each with a cookie of its own from `cookie` on.
  void AddMany(std::size_t count, std::uint64_t cookie = 1) {
    for (std::size_t i = 0; i < count; ++i) {
      kernel_[cookie + i] = {"/run/" + std::to_string(1000 + i), 1, 5};
    }
  }

  /// One collection; how many listeners wait, by name.
  Figures Collect(NamedListeners& named) {
    named.Begin();
    Dump(named, [&](const UnixSocket& listener) { named.Add(listener); });
    asked_ = named.NeedsNames();
    if (asked_) Dump(named, [&](const UnixSocket& listener) { named.AddNamed(listener); });
    named.End();
    samples_ = Samples();
    named.Show(samples_);
    return FiguresOf(samples_, NamedListeners::kQueueLength);
  }

  std::map<std::uint64_t, Listener> kernel_;
  /// Of the last collection: whether names were asked for, and all that it shows.
  bool asked_ = false;
  Samples samples_;

 private:
  template <typename Sink>
  void Dump(NamedListeners&, Sink&& sink) {
    for (const auto& [cookie, listener] : kernel_) {
      sink(UnixSocket{.type = SOCK_STREAM,
                      .state = UnixSocket::kListen,
                      .cookie = cookie,
                      .queue = UnixSocket::Queue{listener.length, listener.backlog},
                      .name = listener.name});
    }
  }
};

TEST_F(NamedListenersTest, AsksForNamesOnlyWhenThereIsANewListener) {
  NamedListeners named({"/run/*"});
  kernel_ = {{1, {"/run/a", 1, 5}}, {2, {"/var/b", 2, 5}}, {3, {"/run/a", 4, 5}}};
  EXPECT_EQ(Collect(named), (Figures{{"/run/a", 5}}));
  EXPECT_TRUE(asked_);
  kernel_[1].length = 2;
  EXPECT_EQ(Collect(named), (Figures{{"/run/a", 6}}));
  EXPECT_FALSE(asked_);
  kernel_[4] = {"/run/c", 3, 5};
  EXPECT_EQ(Collect(named), (Figures{{"/run/a", 6}, {"/run/c", 3}}));
  EXPECT_TRUE(asked_);
  kernel_.erase(1);
  EXPECT_EQ(Collect(named), (Figures{{"/run/a", 4}, {"/run/c", 3}}));
  EXPECT_FALSE(asked_);
}

TEST_F(NamedListenersTest, WhoHasGoneIsForgotten) {
  NamedListeners named({"/run/*"});
  kernel_ = {{1, {"/run/a", 1, 5}}};
  EXPECT_EQ(Collect(named), (Figures{{"/run/a", 1}}));
  kernel_.clear();
  EXPECT_EQ(Collect(named), Figures());
  kernel_ = {{1, {"/run/b", 2, 5}}};  // as if the kernel had given the cookie again
  EXPECT_EQ(Collect(named), (Figures{{"/run/b", 2}}));
}

TEST_F(NamedListenersTest, OfOnePathTheFullestOneShowsBesideTheSums) {
  NamedListeners named({"/run/*"});
  kernel_ = {{1, {"/run/a", 0, 1000}}, {2, {"/run/a", 3, 2}}, {3, {"/run/b", 1, 0}}};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Collect(named), (Figures{{"/run/a", 3}, {"/run/b", 1}}));
    EXPECT_EQ(FiguresOf(samples_, NamedListeners::kQueueLimit),
              (Figures{{"/run/a", 1002}, {"/run/b", 0}}));
    EXPECT_EQ(FiguresOf(samples_, NamedListeners::kSaturation),
              (Figures{{"/run/a", 1.5}, {"/run/b", 1}}));
  }
}

TEST_F(NamedListenersTest, WhoHasAPlaceKeepsItWhileItLives) {
  NamedListeners named({"/run/*"});
  AddMany(NamedListeners::kMostNames);
  const Figures first = Collect(named);
  EXPECT_EQ(first.size(), NamedListeners::kMostNames);
  EXPECT_FALSE(named.LeavesOut());
  kernel_[5000] = {"/run/0", 7, 5};
  kernel_[5001] = {"/run/1", 8, 5};
  EXPECT_EQ(Collect(named), first);
  EXPECT_TRUE(named.LeavesOut());
  EXPECT_EQ(Collect(named), first);
  EXPECT_FALSE(asked_) << "those that wait would not get a place";
  EXPECT_TRUE(named.LeavesOut());

  kernel_.erase(1);
  Figures second = first;
  second.erase("/run/1000");
  second["/run/0"] = 7;
  EXPECT_EQ(Collect(named), second);
  EXPECT_TRUE(named.LeavesOut());
  kernel_.erase(5001);
  kernel_[5000].length = 9;
  second["/run/0"] = 9;
  EXPECT_EQ(Collect(named), second);
  EXPECT_FALSE(asked_);
  EXPECT_FALSE(named.LeavesOut());
}

TEST_F(NamedListenersTest, OfTooManyNewcomersTheFirstOnesByNameGetPlaces) {
  NamedListeners named({"/run/*"});
  AddMany(3 * NamedListeners::kMostNames);
  const Figures shown = Collect(named);
  EXPECT_EQ(shown.size(), NamedListeners::kMostNames);
  EXPECT_EQ(shown.begin()->first, "/run/1000");
  EXPECT_EQ(shown.rbegin()->first, "/run/1099");
  EXPECT_TRUE(named.LeavesOut());
  EXPECT_EQ(Collect(named), shown);
  EXPECT_FALSE(asked_);
}

/// As when its program has just been started anew.
TEST_F(NamedListenersTest, APlaceIsTheNamesNotTheSockets) {
  NamedListeners named({"/run/*"});
  AddMany(NamedListeners::kMostNames);
  const Figures first = Collect(named);
  kernel_[5000] = {"/run/0", 7, 5};
  kernel_.erase(100);
  kernel_[5001] = {"/run/1099", 1, 5};
  Figures shown = Collect(named);
  EXPECT_EQ(shown, first);
}

/// When the dump of names fails.
TEST_F(NamedListenersTest, ACollectionThatDoesNotEndLosesNothing) {
  NamedListeners named({"/run/*"});
  kernel_ = {{1, {"/run/a", 1, 5}}};
  Collect(named);
  kernel_[2] = {"/run/b", 2, 5};
  named.Begin();
  named.AddNamed(UnixSocket{.type = SOCK_STREAM,
                            .state = UnixSocket::kListen,
                            .cookie = 2,
                            .queue = UnixSocket::Queue{2, 5},
                            .name = "/run/b"});
  EXPECT_EQ(Collect(named), (Figures{{"/run/a", 1}, {"/run/b", 2}}));
}

TEST_F(NamedListenersTest, BeyondWhatIsRememberedFiguresAreTheSame) {
  NamedListeners named({"/run/10*"});
  for (std::uint64_t i = 0; i < NamedListeners::kMostKnown; ++i) kernel_[1000 + i] = {"/x", 1, 5};
  kernel_[1] = {"/run/10", 2, 5};
  kernel_[2'000'000] = {"/run/10", 3, 5};
  kernel_[2'000'001] = {"/run/100", 4, 5};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Collect(named), (Figures{{"/run/10", 5}, {"/run/100", 4}}));
    EXPECT_TRUE(asked_);
  }
}

TEST(ShownUnixName, IsOnePrintableLine) {
  EXPECT_EQ(ShownUnixName("/run/a.sock"), "/run/a.sock");
  EXPECT_EQ(ShownUnixName(std::string("/run/a\0b", 8)), "/run/a");
  EXPECT_EQ(ShownUnixName(std::string("\0a\0b", 4)), "@a\\x00b");
  EXPECT_EQ(ShownUnixName(std::string("\0", 1)), "@");
  EXPECT_EQ(ShownUnixName("/\xff\n"), "/\\xff\\x0a");
  EXPECT_EQ(ShownUnixName(std::string(108, '\x01')).size(), 432U);
}

}  // namespace
}  // namespace sockdiag
