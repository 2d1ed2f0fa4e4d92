#include "sockets/naming/pod_names.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/files.h"

namespace sockdiag {
namespace {

const std::string kUid = "1a3e41ec-a00b-4e2d-9c77-31cb00000001";
const std::string kStaticUid = "00112233445566778899aabbccddeeff";
const std::string kId(64, 'a');

TEST(PodFolder, TellsNamespaceNameAndUid) {
  EXPECT_EQ(ParsePodFolder("shop_cart-4_" + kUid), (PodFolder{{"shop", "cart-4"}, kUid}));
  EXPECT_EQ(ParsePodFolder("kube-system_etcd-node1.example.org_" + kStaticUid),
            (PodFolder{{"kube-system", "etcd-node1.example.org"}, kStaticUid}));
  const std::string longest(63, 'n');
  EXPECT_EQ(ParsePodFolder(longest + "_" + std::string(253, 'p') + "_" + kUid),
            (PodFolder{{longest, std::string(253, 'p')}, kUid}));
}

TEST(PodFolder, TakesOnlyNamesThatKubernetesAllows) {
  for (const std::string& name :
       std::vector<std::string>{"",
                                ".",
                                "..",
                                "_",
                                "__",
                                "shop",
                                "shop_cart",
                                "shop_cart_",
                                "shop_cart_" + kUid + "_",
                                "shop_cart_4_" + kUid,
                                "_cart_" + kUid,
                                "shop__" + kUid,
                                "Shop_cart_" + kUid,
                                "shop_Cart_" + kUid,
                                "sh.op_cart_" + kUid,
                                "-shop_cart_" + kUid,
                                "shop-_cart_" + kUid,
                                "shop_.cart_" + kUid,
                                "shop_cart._" + kUid,
                                "shop_a..b_" + kUid,
                                "shop_a-.b_" + kUid,
                                "shop_c\xff_" + kUid,
                                "shop_c\n_" + kUid,
                                "shop_c/d_" + kUid,
                                std::string(64, 'n') + "_cart_" + kUid,
                                "shop_" + std::string(254, 'p') + "_" + kUid,
                                "shop_cart_" + kUid.substr(1),
                                "shop_cart_" + kUid + "0",
                                "shop_cart_" + kStaticUid + "0",
                                "shop_cart_1A3E41EC-A00B-4E2D-9C77-31CB00000001",
                                "shop_cart_1a3e41ec_a00b_4e2d_9c77_31cb00000001",
                                "shop_cart_mine"}) {
    EXPECT_EQ(ParsePodFolder(name), std::nullopt) << name;
  }
}

TEST(ContainerLog, TellsPodContainerAndId) {
  EXPECT_EQ(ParseContainerLog("cart-4_shop_web-" + kId + ".log"),
            (ContainerLog{{{"shop", "cart-4"}, "web"}, kId}));
  EXPECT_EQ(ParseContainerLog("a.b_kube-system_kube-proxy-" + kId + ".log"),
            (ContainerLog{{{"kube-system", "a.b"}, "kube-proxy"}, kId}));
}

TEST(ContainerLog, TakesOnlyWholeNames) {
  for (const std::string& name : std::vector<std::string>{
           "", ".log", "__.log", "__-.log", "cart_shop_web-" + kId, "cart_shop_web-" + kId + ".txt",
           // Cut at 255 bytes.
           "cart_shop_web-" + kId.substr(1) + ".log", "cart_shop_web-.log",
           "cart_shop_web-" + kId + "a.log", "cart_shop_web" + kId + ".log",
           "cart_shop_-" + kId + ".log", "cart_shop_we_b-" + kId + ".log",
           "cart_shop_we.b-" + kId + ".log", "cart_shop-" + kId + ".log",
           "cart_sh.op_web-" + kId + ".log", "Cart_shop_web-" + kId + ".log",
           "cart_shop_w\xff-" + kId + ".log", "cart_shop_web-" + std::string(64, 'A') + ".log",
           "cart_shop_" + std::string(64, 'w') + "-" + kId + ".log"}) {
    EXPECT_EQ(ParseContainerLog(name), std::nullopt) << name;
  }
}

class ReadPodNamesTest : public ::testing::Test {
 protected:
  [[nodiscard]] PodNames Read() const {
    return ReadPodNames(directory_.Path("pods"), directory_.Path("containers"));
  }
  [[nodiscard]] std::string Missing(const std::string& folder) const {
    return directory_.Path(folder) + ": No such file or directory (ENOENT)";
  }

  const testing::TemporaryDirectory directory_;
};

TEST_F(ReadPodNamesTest, ListsBothFolders) {
  directory_.Write("pods/shop_cart-4_" + kUid + "/web/0.log", "");
  directory_.Write("pods/kube-system_etcd_" + kStaticUid + "/etcd/0.log", "");
  directory_.Write("pods/something else", "");
  directory_.Write("containers/something else.log", "");
  // As kubelet has them: links, of which some lead nowhere.
  std::filesystem::create_symlink("/nowhere",
                                  directory_.Path("containers/cart-4_shop_web-" + kId + ".log"));
  const PodNames names = Read();
  EXPECT_EQ(names.pods, (decltype(names.pods){{kUid, {"shop", "cart-4"}},
                                              {kStaticUid, {"kube-system", "etcd"}}}));
  EXPECT_EQ(names.containers, (decltype(names.containers){{kId, {{"shop", "cart-4"}, "web"}}}));
  EXPECT_EQ(names.error, "");
}

TEST_F(ReadPodNamesTest, KnowsNothingWhereThereIsNoFolderAndSaysSoOfPods) {
  const PodNames names = Read();
  EXPECT_TRUE(names.pods.empty() && names.containers.empty());
  EXPECT_EQ(names.error, Missing("pods"));
  directory_.Write("pods/shop_cart-4_" + kUid + "/web/0.log", "");
  EXPECT_EQ(Read().pods.size(), 1U);
  EXPECT_EQ(Read().error, "");
}

TEST_F(ReadPodNamesTest, SaysWhyAFolderCannotBeRead) {
  directory_.Write("containers", "");
  directory_.Write("pods/shop_cart-4_" + kUid + "/web/0.log", "");
  EXPECT_EQ(Read().pods.size(), 1U);
  EXPECT_EQ(Read().error, directory_.Path("containers") + ": Not a directory (ENOTDIR)");
  directory_.Write("pods", "");
  EXPECT_EQ(Read().error, directory_.Path("pods") + ": Not a directory (ENOTDIR)");
}

}  // namespace
}  // namespace sockdiag
