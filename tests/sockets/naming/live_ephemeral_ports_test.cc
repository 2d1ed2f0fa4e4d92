#include "sockets/naming/live_ephemeral_ports.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/files.h"

namespace sockdiag {
namespace {

constexpr const char* kRange = "sys/net/ipv4/ip_local_port_range";
constexpr const char* kReserved = "sys/net/ipv4/ip_local_reserved_ports";

PortRange Ports(std::uint16_t first, std::uint16_t last) {
  return {Port::FromHost(first), Port::FromHost(last)};
}

class LiveEphemeralPortsTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string Path(const std::string& file) const {
    return directory_.path() + "/" + file;
  }
  [[nodiscard]] std::string Error(const std::string& file) const { return errors_.at(Path(file)); }

  testing::TemporaryDirectory directory_;
  std::map<std::string, std::string> errors_;
  LiveEphemeralPorts ports_{
      [this](const std::string& file, const std::string& error) { errors_[file] = error; },
      directory_.path()};
};

TEST_F(LiveEphemeralPortsTest, FollowTheKernel) {
  directory_.Write(kRange, "1024\t2048\n");
  directory_.Write(kReserved, "1030\n");
  EXPECT_EQ(ports_.Read().range, Ports(1024, 2048));
  directory_.Write(kRange, "40000\t50000\n");
  directory_.Write(kReserved, "\n");
  const EphemeralPorts ports = ports_.Read();
  EXPECT_EQ(ports.range, Ports(40000, 50000));
  EXPECT_TRUE(ports.reserved.empty());
  EXPECT_EQ(Error(kRange), "");
  EXPECT_EQ(Error(kReserved), "");
}

TEST_F(LiveEphemeralPortsTest, AreAGuessWithoutTheRange) {
  const EphemeralPorts guess = ports_.Read();
  EXPECT_EQ(guess.range, EphemeralPorts().range);
  EXPECT_FALSE(guess.is_known);
  EXPECT_EQ(Error(kRange), "No such file or directory (ENOENT)");
  directory_.Write(kRange, "1024\t2048\n");
  EXPECT_TRUE(ports_.Read().is_known);
  EXPECT_EQ(Error(kRange), "");
  directory_.Remove(kRange);
  const EphemeralPorts last = ports_.Read();
  EXPECT_EQ(last.range, Ports(1024, 2048));
  EXPECT_TRUE(last.is_known);
}

TEST_F(LiveEphemeralPortsTest, NeedNoFileOfReservedOnes) {
  directory_.Write(kRange, "1024\t2048\n");
  EXPECT_TRUE(ports_.Read().reserved.empty());
  EXPECT_EQ(Error(kReserved), "");
}

TEST_F(LiveEphemeralPortsTest, AnUnreadableFileKeepsThePartThatItWas) {
  directory_.Write(kRange, "1024\t2048\n");
  directory_.Write(kReserved, "1030\n");
  static_cast<void>(ports_.Read());
  directory_.MakeUnreadable(kRange);
  directory_.Write(kReserved, "1040\n");
  const EphemeralPorts ports = ports_.Read();
  EXPECT_EQ(ports.range, Ports(1024, 2048));
  EXPECT_EQ(ports.reserved, std::vector{Ports(1040, 1040)});
  EXPECT_EQ(Error(kRange), "Is a directory (EISDIR)");
  EXPECT_EQ(Error(kReserved), "");
  directory_.Write(kRange, "3000\t4000\n");
  EXPECT_EQ(ports_.Read().range, Ports(3000, 4000));
  EXPECT_EQ(Error(kRange), "");
}

TEST_F(LiveEphemeralPortsTest, ABrokenFileKeepsThePartThatItWas) {
  for (const auto& [what, text] : testing::BrokenNumberFiles()) {
    SCOPED_TRACE(what);
    directory_.Write(kRange, "1024\t2048\n");
    directory_.Write(kReserved, "1030\n");
    static_cast<void>(ports_.Read());
    directory_.Write(kRange, text);
    // No reserved port is an empty file.
    const bool is_empty = text.find_first_not_of(" \t\n") == std::string::npos;
    directory_.Write(kReserved, is_empty ? "x" : text);
    const EphemeralPorts ports = ports_.Read();
    EXPECT_EQ(ports.range, Ports(1024, 2048));
    EXPECT_EQ(ports.reserved, std::vector{Ports(1030, 1030)});
    for (const char* file : {kRange, kReserved}) {
      EXPECT_NE(Error(file), "");
      EXPECT_EQ(Error(file).find(Path(file)), std::string::npos) << Error(file);
      EXPECT_LT(Error(file).size(), 100U);
    }
  }
}

TEST(LiveEphemeralPorts, ReadThisKernel) {
  std::string errors;
  LiveEphemeralPorts ports([&](const std::string&, const std::string& error) { errors += error; });
  const EphemeralPorts read = ports.Read();
  EXPECT_LT(read.range.first, read.range.last);
  EXPECT_EQ(errors, "");
}

}  // namespace
}  // namespace sockdiag
