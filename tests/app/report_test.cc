#include "app/report.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "app/landing_page.h"
#include "sockets/tally/ephemeral_ports_tally.h"
#include "sockets/tally/family_tally.h"
#include "sockets/tally/listener_tally.h"
#include "sockets/tally/port_tally.h"
#include "sockets/tally/service_tally.h"

namespace sockdiag {
namespace {

/// What one scope has: `web` serves on port 80 and takes connections, each state `times` over.
void AddWeb(Samples& samples, int times) {
  samples.Add(FamilyTally::kSockets, 3 * times, "tcp", "ipv4", "established");
  samples.Add(FamilyTally::kSockets, 0, "tcp", "ipv4", "close_wait");
  samples.Add(FamilyTally::kSockets, times, "tcp", "ipv4", "listen");
  samples.Add(ServiceTally::kServiceSockets, 3 * times, "tcp", "web", "inbound", "established");
  samples.Add(ServiceTally::kServiceSockets, times, "tcp", "web", "inbound", "listen");
  samples.Add(PortTally::kPortSockets, 3 * times, "tcp", "80", "inbound", "established");
  samples.Add(PortTally::kPortSockets, times, "tcp", "80", "inbound", "listen");
  samples.Add(ListenerTally::kListeners, times, "tcp", "80", "web");
  samples.Add(ListenerTally::kQueueLength, 32 * times, "80", "web");
  samples.Add(ListenerTally::kQueueLimit, 128 * times, "80", "web");
  samples.Add(ListenerTally::kSaturation, 0.25 * times, "80", "web");
}

Samples OwnAndNamespaces() {
  Samples samples;
  AddWeb(samples, 1);
  samples.Add(FamilyTally::kSockets, 1, "udp", "ipv4", "unconnected");
  samples.Add(EphemeralPortsTally::kLimit, 28232);
  samples.Add(EphemeralPortsTally::kUsed, 4);
  Samples others(std::vector<Samples::Label>{{"scope", "namespaces"}});
  AddWeb(others, 2);
  others.Add(ListenerTally::kListeners, 1, "udp", "53", "53");
  others.Add(EphemeralPortsTally::kLimit, 100);
  others.Add(EphemeralPortsTally::kUsed, 99);
  samples.Append(std::move(others));
  return samples;
}

TEST(Report, OtherNamespacesHaveColumnsAndRowsOfTheirOwn) {
  Collection collection;
  collection.samples = OwnAndNamespaces();
  EXPECT_EQ(ToReport(collection),
            "STATE        TOTAL  tcp ipv4  udp ipv4  tcp ipv4 namespaces\n"
            "established      9         3         -                    6\n"
            "listen           3         1         -                    2\n"
            "unconnected      1         -         1                    -\n"
            "all             13         4         1                    8\n"
            "\n"
            "SERVICE  PROTO  DIRECTION  SCOPE       TOTAL  established  listen\n"
            "web      tcp    inbound    namespaces      8            6       2\n"
            "web      tcp    inbound    own             4            3       1\n"
            "\n"
            "PORT  PROTO  DIRECTION  SCOPE       TOTAL  established  listen\n"
            "80    tcp    inbound    namespaces      8            6       2\n"
            "80    tcp    inbound    own             4            3       1\n"
            "\n"
            "LISTENING  PROTO  SERVICE  SCOPE       SOCKETS  QUEUE  LIMIT  FULLEST\n"
            "80         tcp    web      own               1     32    128      25%\n"
            "80         tcp    web      namespaces        2     64    256      50%\n"
            "53         udp    53       namespaces        1\n"
            "\n"
            "LIMIT            USED     OF\n"
            "ephemeral ports     4  28232\n");
}

TEST(LandingPage, OtherNamespacesHaveColumnsOfTheirOwn) {
  Collection collection;
  collection.samples = OwnAndNamespaces();
  const std::string page =
      ToLandingPage(collection, WhatIsWrong(), {"1", "abc", "GNU"}, "/metrics");
  EXPECT_NE(page.find("STATE        TOTAL  tcp ipv4  udp ipv4  tcp ipv4 namespaces\n"
                      "established      9         3         -                    6\n"),
            std::string::npos);
}

TEST(Report, WithoutOwnSocketsTheNamespacesAreStillMarked) {
  Collection collection;
  Samples others(std::vector<Samples::Label>{{"scope", "namespaces"}});
  others.Add(FamilyTally::kSockets, 2, "tcp", "ipv6", "listen");
  collection.samples = std::move(others);
  EXPECT_EQ(ToReport(collection),
            "STATE   TOTAL  tcp ipv6 namespaces\n"
            "listen      2                    2\n"
            "all         2                    2\n");
}

}  // namespace
}  // namespace sockdiag
