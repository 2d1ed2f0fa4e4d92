#include "tests/fuzz/proc_root.h"

#include <filesystem>
#include <fstream>

namespace sockdiag::fuzz {

ProcRoot::ProcRoot() {
  for (const std::string file :
       {"sys/net/ipv4/tcp_max_tw_buckets", "sys/net/ipv4/tcp_max_orphans",
        "sys/net/ipv4/tcp_max_syn_backlog", "sys/net/ipv4/tcp_mem", "sys/net/ipv4/tcp_syncookies",
        "sys/net/core/somaxconn", "sys/net/netfilter/nf_conntrack_count",
        "sys/net/netfilter/nf_conntrack_max", "thread-self/net/stat/nf_conntrack",
        "thread-self/net/sockstat", "thread-self/net/snmp", "thread-self/net/snmp6",
        "thread-self/net/netstat", "thread-self/net/netlink", "thread-self/net/protocols",
        "thread-self/net/raw", "thread-self/net/raw6", "thread-self/net/icmp",
        "thread-self/net/icmp6"}) {
    const std::filesystem::path place = directory_.Path(file);
    std::filesystem::create_directories(place.parent_path());
    std::filesystem::create_symlink(directory_.Path("text"), place);
  }
}

void ProcRoot::Write(std::string_view text) const {
  std::ofstream(directory_.Path("text"), std::ios::binary) << text;
}

}  // namespace sockdiag::fuzz
