#include "sockets/naming/services_database.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "sockets/naming/service_matcher.h"

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

/// "service-N" for each N, at port N % 65535 + 1: first TCP, then UDP, then TCP again.
std::string ManyLines(std::size_t lines) {
  std::string text;
  for (std::size_t i = 0; i < lines; ++i) {
    const std::string protocol = i / 65535 % 2 == 0 ? "/tcp" : "/udp";
    text += "service-" + std::to_string(i) + "\t" + std::to_string(i % 65535 + 1) + protocol +
            "\t\talias another-alias # and what it is\n";
  }
  return text;
}

TEST(ServicesDatabase, NamesEveryPortFromAFileOf200000Lines) {
  const ServicesDatabase database = ParseServicesDatabase(ManyLines(200'000));
  EXPECT_EQ(database.size(), 2U * 65535U);
  ServiceNames names;
  const ServiceMatcher matcher({}, database, names);
  EXPECT_EQ(names.size(), database.size() + 1);
  for (const Protocol protocol : kProtocols) {
    for (std::uint32_t port = 1; port <= 65535; ++port) {
      const ServiceMatch match =
          matcher.Match(protocol, Direction::kInbound,
                        Port::FromHost(static_cast<std::uint16_t>(port)), {}, {}, matcher.nobody());
      ASSERT_TRUE(match.in_database);
      const std::size_t line = port - 1 + Index(protocol) * 65535;
      ASSERT_EQ(names.Name(match.service), "service-" + std::to_string(line));
    }
  }
}

TEST(ServicesDatabase, PassesOverNamesThatAreTooLong) {
  const std::string longest(kMaxServiceNameBytes, 'x');
  const std::string text =
      longest + "x 1/tcp\n" + longest + " 2/tcp\n" + std::string(1 << 20, 'y') + " 3/tcp\n";
  EXPECT_EQ(ParseServicesDatabase(text),
            (ServicesDatabase{{{Protocol::kTcp, Port::FromHost(2)}, longest}}));
}

TEST(ServicesDatabase, ReadsOnBehindALineOfAMegabyte) {
  const std::string megabyte(1 << 20, 'x');
  for (const std::string& line :
       {megabyte, "#" + megabyte, "a 1/tcp " + megabyte, "a 1/tcp #" + megabyte,
        std::string(1 << 20, ' '), std::string(1 << 20, '\0'), "a " + megabyte}) {
    const ServicesDatabase database = ParseServicesDatabase(line + "\nb 2/tcp");
    EXPECT_EQ(database.count({Protocol::kTcp, Port::FromHost(2)}), 1U) << line.substr(0, 20);
    EXPECT_LE(database.size(), 2U);
  }
}

}  // namespace
}  // namespace sockdiag
