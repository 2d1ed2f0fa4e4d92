#include "sockets/naming/service_names.h"

#include <gtest/gtest.h>

namespace sockdiag {
namespace {

Port At(std::uint16_t port) { return Port::FromHost(port); }

TEST(ServiceNames, APortsNumberIsANameThatTakesNoMemory) {
  ServiceNames names;
  const std::size_t before = names.size();
  for (std::uint32_t port = 1; port <= 65535; ++port) {
    const std::string text = std::to_string(port);
    const ServiceId service = NumberName(At(static_cast<std::uint16_t>(port)));
    ASSERT_EQ(names.Name(service), text);
    ASSERT_EQ(names.Intern(text), service) << "whoever gives it";
    ASSERT_TRUE(IsNumberName(service));
  }
  EXPECT_EQ(names.size(), before);
}

TEST(ServiceNames, PortZeroIsNobodys) { EXPECT_EQ(NumberName(At(0)), ServiceId::kOther); }

TEST(ServiceNames, WhatOnlyLooksLikeAPortsNumberIsANameLikeAnyOther) {
  ServiceNames names;
  for (const char* text : {"", "0", "09200", "65536", "99999999999999999999", "9200 ", " 9200",
                           "+9200", "-1", "9200a", "0x50", "http"}) {
    const ServiceId service = names.Intern(text);
    EXPECT_EQ(names.Name(service), text);
    EXPECT_FALSE(IsNumberName(service)) << text;
    EXPECT_EQ(names.Intern(text), service);
  }
}

TEST(ServiceNames, OtherIsOne) {
  ServiceNames names;
  EXPECT_EQ(names.Intern("other"), ServiceId::kOther);
  EXPECT_EQ(names.Name(ServiceId::kOther), "other");
  EXPECT_FALSE(IsNumberName(ServiceId::kOther));
}

}  // namespace
}  // namespace sockdiag
