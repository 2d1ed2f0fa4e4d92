#include "inspect/query.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace sockdiag {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

std::string ErrorOf(const Result<Query>& query) {
  return query ? "none: " + query->ToString() : query.error().message;
}

TEST(Query, ReadsEveryWordAndWritesItAgain) {
  const std::string text =
      "state=close_wait,syn_sent service!=web direction=outbound protocol=tcp port=80,6432-6440 "
      "local=10.0.0.1 remote=10.0.0.0/8,[2001:db8::1]:443 remote!=:22 owner=nginx.service "
      "older_than=1m30s accepted=no retransmitting=yes by=remote,state order=age limit=1000";
  const Result<Query> query = Query::Parse(text);
  ASSERT_TRUE(query) << query.error().message;
  EXPECT_EQ(query->ToString(), text);
  EXPECT_EQ(query->states.wanted, (std::vector{SocketState::kCloseWait, SocketState::kSynSent}));
  EXPECT_EQ(query->services.unwanted, std::vector<std::string>{"web"});
  EXPECT_EQ(query->older_than, std::chrono::seconds(90));
  EXPECT_EQ(query->accepted, false);
  EXPECT_EQ(query->retransmitting, true);
  EXPECT_EQ(query->by, (std::vector{Grouping::kRemote, Grouping::kState}));
  EXPECT_EQ(query->order, Order::kAge);
  EXPECT_EQ(query->limit, 1000U);
}

TEST(Query, WithoutWordsIsTheDefault) {
  for (const char* text : {"", "   "}) {
    const Result<Query> query = Query::Parse(text);
    ASSERT_TRUE(query);
    EXPECT_EQ(*query, Query());
    EXPECT_EQ(query->ToString(), "");
  }
}

TEST(Query, ReadsItsDefaultsToo) { EXPECT_EQ(*Query::Parse("order=count limit=20"), Query()); }

TEST(Query, NamesMayHaveAnyCharacters) {
  const std::string text = R"(service="a b","c,d","say ""no""" owner=dev\x2dsda.mount,=)";
  const Result<Query> query = Query::Parse(text);
  ASSERT_TRUE(query) << query.error().message;
  EXPECT_EQ(query->services.wanted, (std::vector<std::string>{"a b", "c,d", "say \"no\""}));
  EXPECT_EQ(query->owners.wanted, (std::vector<std::string>{"dev\\x2dsda.mount", "="}));
  EXPECT_EQ(query->ToString(), text);
}

TEST(Query, ReadsTheParametersOfAUrl) {
  const Result<Query> query = Query::FromParameters(Parameters{
      {"q", "state=close_wait"}, {"service", "a b"}, {"remote!", "10.0.0.0/8"}, {"by", ""}});
  ASSERT_TRUE(query) << query.error().message;
  EXPECT_EQ(query->ToString(), "state=close_wait service=\"a b\" remote!=10.0.0.0/8");
}

TEST(Query, SaysInOneLineWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"stat=listen",
       "\"stat\" is not one of state, service, direction, protocol, port, local, remote, owner, "
       "older_than, accepted, retransmitting, by, order, limit"},
      {"close_wait", "\"close_wait\" has no =, as in state=close_wait"},
      {"direction=up", "direction: \"up\" is not one of inbound, outbound"},
      {"accepted=maybe", "accepted: \"maybe\" is not one of no, yes"},
      {"accepted!=yes", "accepted: has no !="},
      {"accepted=yes,no", "accepted: takes one value"},
      {"limit=1001", "limit: 1001 is not in 1..1000"},
      {"limit=0", "limit: 0 is not in 1..1000"},
      {"by=remote,state,port", "by: takes two words at most"},
      {"by=remote,remote", "by: has the same word twice"},
      {"order=size",
       "order: \"size\" is not one of count, age, recv_queue, send_queue, retransmits"},
      {"port=0", "port: 0 is not in 1..65535"},
      {"remote=nobody", "remote: \"nobody\" is not an address, a network or a port such as :443"},
      {"remote=10.0.0.1:http", "remote: \"10.0.0.1:http\": http is not a whole number"},
      {"state=close_wait state=listen", "state: is there twice; commas make a list"},
      {"state=", "\"state\": a value is missing"},
      {"service=\"a b", "\"service\": a quote is not closed"},
      {"a\nb=\"", "\"a\": a quote is not closed"},
      {"older_than=5", "older_than: "},
      {"remote=10.1.0.0/8", "remote: "}};
  for (const auto& [text, error] : cases) {
    const std::string said = ErrorOf(Query::Parse(text));
    EXPECT_EQ(said.substr(0, error.size()), error) << text << " said " << said;
    EXPECT_EQ(said.find('\n'), std::string::npos);
  }
}

TEST(Query, HasALimitedLength) {
  EXPECT_EQ(ErrorOf(Query::Parse("service=" + std::string(Query::kMaxBytes, 'a'))),
            "the query has 4104 bytes, at most 4096 are allowed");
  std::string ports = "port=1";
  for (int i = 0; i < 100; ++i) ports += ",1";
  EXPECT_EQ(ErrorOf(Query::Parse(ports)), "port: 101 values, at most 100 are allowed");
}

TEST(Filter, AcceptsWhatIsWantedAndNotUnwanted) {
  const auto accepts = [](const Filter<int>& filter, int value) {
    return filter.Accepts([&](int each) { return each == value; });
  };
  EXPECT_TRUE(accepts({}, 1));
  EXPECT_TRUE(accepts({{1, 2}, {}}, 1));
  EXPECT_FALSE(accepts({{1, 2}, {}}, 3));
  EXPECT_FALSE(accepts({{}, {3}}, 3));
  EXPECT_TRUE(accepts({{}, {3}}, 1));
  EXPECT_FALSE(accepts({{1}, {1}}, 1));
}

}  // namespace
}  // namespace sockdiag
