#include "inspect/ss_command.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sockdiag {
namespace {

SsCommand CommandOf(const std::string& text) { return SsCommandOf(*Query::Parse(text)); }

TEST(SsCommand, HasTheWordsOfSs) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "ss -tuanp"},
      {"protocol=tcp", "ss -tanp"},
      {"protocol!=tcp", "ss -uanp"},
      {"protocol=tcp state=close_wait,fin_wait1", "ss -tnp state close-wait state fin-wait-1"},
      {"protocol=tcp state!=time_wait", "ss -tanp exclude time-wait"},
      {"port=80", "ss -tuanp '( sport = :80 or dport = :80 )'"},
      {"port=80 direction=inbound", "ss -tuanp 'sport = :80'"},
      {"service=5432 direction!=inbound", "ss -tuanp 'dport = :5432'"},
      {"port=6432-6440,80 direction=outbound",
       "ss -tuanp '( ( dport >= :6432 and dport <= :6440 ) or dport = :80 )'"},
      {"remote=2001:db8::1 remote!=2001:db8::/32",
       "ss -tuanp 'dst [2001:db8::1] and not dst [2001:db8::/32]'"},
      {"remote=10.0.0.0/8 remote!=10.0.0.1:443 local=[2001:db8::1]:80",
       "ss -tuanp 'src [2001:db8::1]:80 and dst 10.0.0.0/8 and not dst 10.0.0.1:443'"}};
  for (const auto& [query, command] : cases) {
    EXPECT_EQ(CommandOf(query).text, command) << query;
    EXPECT_TRUE(CommandOf(query).lacks.empty()) << query;
  }
}

TEST(SsCommand, SaysWhatSsLacks) {
  const SsCommand command = CommandOf(
      "service=web owner=a older_than=1s accepted=no retransmitting=yes direction=inbound");
  EXPECT_EQ(command.text, "ss -tuanp");
  EXPECT_EQ(command.lacks,
            (std::vector<std::string_view>{"service", "direction", "owner", "older_than",
                                           "accepted", "retransmitting"}));
  EXPECT_EQ(CommandOf("state=unknown").lacks, std::vector<std::string_view>{"state"});
}

}  // namespace
}  // namespace sockdiag
