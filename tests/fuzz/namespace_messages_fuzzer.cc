#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "namespaces/messages.h"
#include "tests/fuzz/expect.h"

namespace sockdiag::fuzz {
namespace {

/// What is taken for a message says the same as its bytes, all of them.
template <typename Message>
void ExpectSame(const Result<Message>& decoded, std::span<const std::byte> bytes) {
  if (!decoded) return ExpectOneLine(decoded.error());
  Expect(std::ranges::equal(Encode(*decoded), bytes));
}

}  // namespace
}  // namespace sockdiag::fuzz

/// Any bytes as what a daemon and its namespace helper say to each other.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sockdiag;
  const auto bytes = std::as_bytes(std::span(data, size));
  const Result<NamespaceRequest> request = DecodeRequest(bytes);
  const Result<NamespaceAnswer> answer = DecodeAnswer(bytes);
  const Result<WorkerNews> news = DecodeNews(bytes);
  fuzz::ExpectSame(request, bytes);
  fuzz::ExpectSame(answer, bytes);
  fuzz::ExpectSame(news, bytes);
  fuzz::Expect(int{request.has_value()} + int{answer.has_value()} + int{news.has_value()} <= 1);
  return 0;
}
