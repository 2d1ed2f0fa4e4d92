#include "app/namespace_access.h"

#include <gtest/gtest.h>

namespace sockdiag {
namespace {

Config Wanted() {
  Config config;
  config.collectors.Set("namespaces", true);
  return config;
}

TEST(NamespaceAccess, SaysWhyThereIsNoneAsItWasSaid) {
  const NamespaceAccess access = MakeNamespaceAccess(Fail("cannot fork: no (EAGAIN)"), Wanted());
  EXPECT_EQ(access.helper, nullptr);
  EXPECT_EQ(access.why_none, "cannot fork: no (EAGAIN)");
}

TEST(NamespaceAccess, SaysNothingWhereNoneIsWanted) {
  EXPECT_EQ(MakeNamespaceAccess(Fail("cannot fork"), Config()).why_none, "");
}

}  // namespace
}  // namespace sockdiag
