#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "inspect/query.h"
#include "tests/fuzz/expect.h"

/// Any text as a query. It is refused in one line, or has a form that gives the same query, by
/// itself and as a parameter of a URL.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using sockdiag::Query;
  using sockdiag::fuzz::Expect;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const sockdiag::Result<Query> query = Query::Parse(text);
  if (!query) {
    Expect(!query.error().message.empty());
    Expect(query.error().message.find('\n') == std::string::npos);
    return 0;
  }
  Expect(query->limit >= 1 && query->limit <= Query::kMaxLimit);
  Expect(query->by.size() <= Query::kMaxGroupings);
  const std::string form = query->ToString();
  // Quotes and defaults may make it longer than what may be asked.
  if (form.size() > Query::kMaxBytes) return 0;
  const sockdiag::Result<Query> again = Query::Parse(form);
  Expect(again && *again == *query);
  const sockdiag::Result<Query> parameter = Query::FromParameters({{"q", form}});
  Expect(parameter && *parameter == *query);
  return 0;
}
