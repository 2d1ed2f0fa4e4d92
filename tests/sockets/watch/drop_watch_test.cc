#include "sockets/watch/drop_watch.h"

#include <gtest/gtest.h>

#include <ostream>

#include "sockets/naming/group.h"
#include "tests/support/records.h"

namespace sockdiag {

void PrintTo(const DropKey& key, std::ostream* out) { *out << key.port.Value(); }

namespace {

const DropKey kDns{Port::FromHost(53), ServiceId{1}, OwnerId::kNone};
const DropKey kHttp{Port::FromHost(80), ServiceId{1}, OwnerId::kNone};

struct Dropped {
  std::uint64_t cookie;
  std::uint32_t drops;
  DropKey key = kDns;
};

class DropWatchTest : public ::testing::Test {
 protected:
  static void Observe(DropWatch::Pass& pass, const Dropped& socket) {
    SocketRecord record = testing::Udp("0.0.0.0:53");
    record.cookie = socket.cookie;
    record.drops = socket.drops;
    Classification classification;
    classification.service_port = socket.key.port;
    classification.group = IdOf({socket.key.service, Direction::kInbound});
    classification.owner = socket.key.owner;
    pass.Observe(record, classification);
  }
  /// What is not counted after a dump with these sockets.
  Drops After(std::initializer_list<Dropped> sockets, SourceKind source = SourceKind::kNetlink) {
    DropWatch::Pass pass = watch_.Begin();
    for (const Dropped& socket : sockets) Observe(pass, socket);
    std::move(pass).Commit(source);
    return watch_.Uncounted();
  }

  DropWatch watch_;
};

TEST_F(DropWatchTest, AddsUpByPortServiceAndOwner) {
  EXPECT_EQ(After({{1, 10}}), Drops());
  EXPECT_EQ(After({{1, 14}, {2, 5, kHttp}, {3, 1}}), (Drops{{kDns, 5}, {kHttp, 5}}));
  EXPECT_EQ(After({{0, 7}}), (Drops{{kDns, 5}, {kHttp, 5}})) << "without a cookie none is known";
}

TEST_F(DropWatchTest, BeginsAnewWithAnotherSource) {
  static_cast<void>(After({{1, 10}}));
  EXPECT_EQ(After({{7, 10}}, SourceKind::kProc), Drops()) << "the same socket by another name";
  EXPECT_EQ(After({{7, 12}}, SourceKind::kProc), (Drops{{kDns, 2}}));
  EXPECT_EQ(After({{1, 13}}), (Drops{{kDns, 2}}));
  EXPECT_EQ(After({{1, 14}}), (Drops{{kDns, 3}}));
}

TEST_F(DropWatchTest, ADumpThatFailedTellsNothing) {
  static_cast<void>(After({}));
  {
    DropWatch::Pass failed = watch_.Begin();
    Observe(failed, {1, 3});
  }
  EXPECT_EQ(watch_.Uncounted(), Drops());
  EXPECT_EQ(After({{1, 4}}), (Drops{{kDns, 4}}));
}

}  // namespace
}  // namespace sockdiag
