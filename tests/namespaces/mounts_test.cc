#include "namespaces/mounts.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace sockdiag {
namespace {

using Mounts = std::vector<NamespaceMount>;

std::string Line(const std::string& root, const std::string& point,
                 const std::string& type = "nsfs") {
  return "310 28 0:4 " + root + " " + point + " rw shared:167 - " + type + " " + type + " rw\n";
}

TEST(ParseNamespaceLink, TakesTheIdOfANetworkNamespace) {
  EXPECT_EQ(ParseNamespaceLink("net:[4026531840]"), 4026531840U);
  for (const char* text :
       {"", "net:", "net:[", "net:[]", "net:[0]", "net:[-1]", "net:[1", "net:[1]]", "net:[1x]",
        "mnt:[4026531840]", "net:[18446744073709551616]"}) {
    EXPECT_EQ(ParseNamespaceLink(text), std::nullopt) << text;
  }
}

TEST(ParseNamespaceMounts, TakesNetworkNamespacesOnly) {
  const std::string text =
      Line("/", "/", "ext4") + Line("net:[5]", "/run/netns/blue") +
      Line("mnt:[6]", "/run/snapd/ns/x.mnt") + Line("net:[7]", "/run/docker/netns/default") +
      Line("net:[8]", "/run/netns/x", "tmpfs") + "net:[9] - nsfs\n" + "\n- nsfs";
  EXPECT_EQ(ParseNamespaceMounts(text),
            (Mounts{{5, "/run/netns/blue", "blue"}, {7, "/run/docker/netns/default", ""}}));
}

TEST(ParseNamespaceMounts, NamesAreThoseThatSomebodyGave) {
  const std::string text = Line("net:[5]", "/var/run/netns/red") +
                           Line("net:[6]", "/run/netns/cni-01234567-89ab-cdef-0123-456789abcdef") +
                           Line("net:[7]", "/run/netns/cni-blue") +
                           Line("net:[8]", "/run/netns/a/b") +
                           Line("net:[9]", "/run/netns/cni-01234567-89AB-cdef-0123-456789abcdef");
  std::vector<std::string> names;
  for (const NamespaceMount& mount : ParseNamespaceMounts(text)) names.push_back(mount.name);
  EXPECT_EQ(names, (std::vector<std::string>{"red", "", "cni-blue", "",
                                             "cni-01234567-89AB-cdef-0123-456789abcdef"}));
}

TEST(ParseNamespaceMounts, ReadsWhatTheKernelEscapes) {
  EXPECT_EQ(ParseNamespaceMounts(Line("net:[5]", "/run/netns/a\\040b\\134\\011\\9\\12")),
            (Mounts{{5, "/run/netns/a b\\\t\\9\\12", "a b\\\t\\9\\12"}}));
}

TEST(ParseNamespaceMounts, ReadsThisKernels) {
  const Result<std::string> text = ReadFile("/proc/self/mountinfo", std::size_t{64} << 20);
  ASSERT_TRUE(text) << text.error().message;
  for (const NamespaceMount& mount : ParseNamespaceMounts(*text)) EXPECT_NE(mount.id, 0U);
}

}  // namespace
}  // namespace sockdiag
