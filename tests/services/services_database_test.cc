#include "services/services_database.h"

#include <gtest/gtest.h>

namespace sockdiag {
namespace {

TEST(ServicesDatabase, ReadsNamesByPortAndProtocol) {
  const ServicesDatabase database = ParseServicesDatabase(
      "# comment\n"
      "ssh\t\t22/tcp\t\t# SSH Remote Login\n"
      "domain 53/tcp\n"
      "  domain-u\t53/udp  alias other#x\r\n"
      "http 80/tcp www # the first name stays\n"
      "web 80/tcp\n"
      "last 65535/udp");
  const ServicesDatabase expected{{{Protocol::kTcp, Port::FromHost(22)}, "ssh"},
                                  {{Protocol::kTcp, Port::FromHost(53)}, "domain"},
                                  {{Protocol::kTcp, Port::FromHost(80)}, "http"},
                                  {{Protocol::kUdp, Port::FromHost(53)}, "domain-u"},
                                  {{Protocol::kUdp, Port::FromHost(65535)}, "last"}};
  EXPECT_EQ(database, expected);
}

TEST(ServicesDatabase, PassesOverWhatIsNotAnEntry) {
  EXPECT_TRUE(ParseServicesDatabase("").empty());
  EXPECT_TRUE(ParseServicesDatabase("\n\n#\nname\nname 1\nname /tcp\nname 0/tcp\nname 65536/tcp\n"
                                    "name -1/tcp\nname 1/sctp\nname 1/tcpx\nname 1tcp\n"
                                    "n\x01me 2/tcp\nn\xc3\xa4me 3/tcp\n")
                  .empty());
}

}  // namespace
}  // namespace sockdiag
