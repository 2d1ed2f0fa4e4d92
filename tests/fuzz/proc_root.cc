#include "tests/fuzz/proc_root.h"

#include <filesystem>
#include <fstream>

namespace sockdiag::fuzz {

ProcRoot::ProcRoot() {
  for (const std::string file :
       {"sys/net/ipv4/tcp_max_tw_buckets", "sys/net/ipv4/tcp_max_orphans",
        "sys/net/ipv4/tcp_max_syn_backlog", "sys/net/ipv4/tcp_mem", "sys/net/ipv4/tcp_syncookies",
        "sys/net/core/somaxconn", "thread-self/net/sockstat"}) {
    const std::filesystem::path place = directory_.Path(file);
    std::filesystem::create_directories(place.parent_path());
    std::filesystem::create_symlink(directory_.Path("text"), place);
  }
}

void ProcRoot::Write(std::string_view text) const {
  std::ofstream(directory_.Path("text"), std::ios::binary) << text;
}

}  // namespace sockdiag::fuzz
