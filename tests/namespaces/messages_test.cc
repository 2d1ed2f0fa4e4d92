#include "namespaces/messages.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace sockdiag {
namespace {

std::vector<NamespaceRequest> Requests() {
  return {{NamespaceRequest::Kind::kFind, 0},
          {NamespaceRequest::Kind::kCounters, 4026531840},
          {NamespaceRequest::Kind::kOpen, std::numeric_limits<NamespaceId>::max()}};
}

std::vector<NamespaceAnswer> Answers() {
  const std::string any_bytes("\0\n\xff /", 5);
  return {FoundNamespace{1, false, false, {}, {}},
          FoundNamespace{4026531840, true, true, {}, "/init.scope"},
          FoundNamespace{2, false, true, any_bytes, any_bytes},
          FoundNamespace{3, true, false, std::string(255, 'n'), std::string(4096, 'c')},
          FindEnd{},
          FindEnd{kMaxNamespaces, true, 7, "refused"},
          NamespaceCounters{},
          NamespaceCounters{1, 2, 3, 4, std::numeric_limits<std::uint64_t>::max()},
          PortTexts{},
          PortTexts{"32768\t60999\n", std::string(65536, '1')},
          NamespaceError{NamespaceErrorReason::kGone, "gone"},
          NamespaceError{NamespaceErrorReason::kRefused, ""},
          NamespaceError{NamespaceErrorReason::kFailed, std::string(1024, 'e')}};
}

std::vector<WorkerNews> News() {
  return {{WorkerNews::Kind::kStarted, 0, 1}, {WorkerNews::Kind::kEnded, -1, 0}};
}

/// Answers as their bytes, as not all of them can be compared.
MessageBytes BytesOfDecoded(const MessageBytes& message) {
  const Result<NamespaceAnswer> answer = DecodeAnswer(message);
  return answer ? Encode(*answer) : MessageBytes();
}

/// With another 32-bit word at that place.
MessageBytes With(MessageBytes message, std::size_t offset, std::uint32_t word) {
  std::memcpy(message.data() + offset, &word, sizeof(word));
  return message;
}

std::string RefusalOf(const MessageBytes& message) {
  const Result<NamespaceAnswer> answer = DecodeAnswer(message);
  return answer ? "accepted" : answer.error().message;
}

TEST(NamespaceMessages, RequestsArriveAsTheyWere) {
  for (const NamespaceRequest& request : Requests()) {
    const Result<NamespaceRequest> decoded = DecodeRequest(Encode(request));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(*decoded, request);
  }
}

TEST(NamespaceMessages, AnswersArriveAsTheyWere) {
  for (const NamespaceAnswer& answer : Answers()) {
    const MessageBytes message = Encode(answer);
    EXPECT_LE(message.size(), kMaxMessageBytes);
    const Result<NamespaceAnswer> decoded = DecodeAnswer(message);
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->index(), answer.index());
    EXPECT_TRUE(*decoded == answer);
  }
}

TEST(NamespaceMessages, NewsArriveAsTheyWere) {
  for (const WorkerNews& news : News()) {
    const Result<WorkerNews> decoded = DecodeNews(Encode(news));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(*decoded, news);
  }
}

TEST(NamespaceMessages, EachIsRefusedWhenItIsShorterOrLonger) {
  std::vector<MessageBytes> messages;
  for (const auto& request : Requests()) messages.push_back(Encode(request));
  for (const auto& answer : Answers()) messages.push_back(Encode(answer));
  for (const auto& news : News()) messages.push_back(Encode(news));
  for (const MessageBytes& message : messages) {
    for (std::size_t size = 0; size <= message.size() + 1; size += size < 64 ? 1 : 97) {
      if (size == message.size()) continue;
      MessageBytes other = message;
      other.resize(size);
      EXPECT_FALSE(DecodeRequest(other)) << size << " of " << message.size();
      EXPECT_FALSE(DecodeAnswer(other)) << size << " of " << message.size();
      EXPECT_FALSE(DecodeNews(other)) << size << " of " << message.size();
    }
    MessageBytes longer = message;
    longer.emplace_back();
    EXPECT_FALSE(DecodeRequest(longer) || DecodeAnswer(longer) || DecodeNews(longer));
  }
}

TEST(NamespaceMessages, NoKindPassesForAnother) {
  for (const auto& request : Requests()) {
    EXPECT_FALSE(DecodeAnswer(Encode(request)));
    EXPECT_FALSE(DecodeNews(Encode(request)));
  }
  for (const auto& answer : Answers()) {
    EXPECT_FALSE(DecodeRequest(Encode(answer)));
    EXPECT_FALSE(DecodeNews(Encode(answer)));
  }
  for (const auto& news : News()) {
    EXPECT_FALSE(DecodeRequest(Encode(news)));
    EXPECT_FALSE(DecodeAnswer(Encode(news)));
  }
}

TEST(NamespaceMessages, SayWhatIsWrong) {
  EXPECT_EQ(RefusalOf(MessageBytes(15)), "a message of 15 bytes is shorter than its header");
  EXPECT_EQ(RefusalOf(MessageBytes(16)), "no answer is of kind 0");
  const MessageBytes found = Encode(NamespaceAnswer(FoundNamespace{5, false, false, "n", "cc"}));
  EXPECT_EQ(RefusalOf(With(found, 4, 8)), "a message of kind 32 has the flags 8");
  EXPECT_EQ(RefusalOf(With(found, 8, 2)),
            "a message of kind 32 has 11 bytes behind its header, not 12");
  EXPECT_EQ(
      RefusalOf(With(found, 8, 256)),
      "a message of kind 32 has texts of 256 and 2 bytes, above their limits of 255 and 4096");
  EXPECT_EQ(RefusalOf(With(found, 12, 0xffffffff)),
            "a message of kind 32 has texts of 1 and 4294967295 bytes, above their limits of 255 "
            "and 4096");
  EXPECT_EQ(RefusalOf(With(With(found, 16, 0), 20, 0)),
            "the helper found a namespace without an id");
  const MessageBytes end = Encode(NamespaceAnswer(FindEnd{kMaxNamespaces, true, 0, {}}));
  EXPECT_EQ(RefusalOf(With(end, 16, kMaxNamespaces + 1)),
            "the helper found 1025 namespaces, above its limit of 1024");
  EXPECT_EQ(RefusalOf(With(end, 4, 1)), "a message of kind 33 has the flags 1");
  EXPECT_EQ(RefusalOf(With(end, 12, 1)),
            "a message of kind 33 has texts of 0 and 1 bytes, above their limits of 1024 and 0");
  const MessageBytes error = Encode(NamespaceAnswer(NamespaceError{}));
  for (const std::uint32_t reason : {3U, 4U, 0xffffffffU}) {
    EXPECT_EQ(RefusalOf(With(error, 16, reason)),
              "an error of the helper has the reason " + std::to_string(reason));
  }
}

TEST(NamespaceMessages, OnlyAFindIsAboutNoNamespace) {
  EXPECT_EQ(
      DecodeRequest(Encode(NamespaceRequest{NamespaceRequest::Kind::kOpen, 0})).error().message,
      "a request of kind 3 names the namespace 0");
  EXPECT_EQ(
      DecodeRequest(Encode(NamespaceRequest{NamespaceRequest::Kind::kFind, 5})).error().message,
      "a request of kind 1 names the namespace 5");
}

TEST(NamespaceMessages, OnlyAStartedWorkerHasAPid) {
  const auto refusal = [](const WorkerNews& news) {
    const Result<WorkerNews> decoded = DecodeNews(Encode(news));
    return decoded ? "accepted" : decoded.error().message;
  };
  EXPECT_EQ(refusal({WorkerNews::Kind::kStarted, 0, 0}), "news of kind 64 has the pid 0");
  EXPECT_EQ(refusal({WorkerNews::Kind::kStarted, 0, -1}), "news of kind 64 has the pid -1");
  EXPECT_EQ(refusal({WorkerNews::Kind::kEnded, 0, 7}), "news of kind 65 has the pid 7");
}

TEST(NamespaceMessages, TextsThatAreTooLongAreCut) {
  const MessageBytes error = Encode(
      NamespaceAnswer(NamespaceError{NamespaceErrorReason::kFailed, std::string(2000, 'e')}));
  EXPECT_EQ(BytesOfDecoded(error), error);
  EXPECT_EQ(error, Encode(NamespaceAnswer(
                       NamespaceError{NamespaceErrorReason::kFailed, std::string(1024, 'e')})));
}

}  // namespace
}  // namespace sockdiag
