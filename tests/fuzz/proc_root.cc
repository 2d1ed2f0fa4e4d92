#include "tests/fuzz/proc_root.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "tests/fuzz/expect.h"

namespace sockdiag::fuzz {

ProcRoot::ProcRoot() : path_(std::filesystem::temp_directory_path() / "sockdiag-proc-XXXXXX") {
  Expect(mkdtemp(path_.data()) != nullptr);
  for (const std::string file : {"sys/net/ipv4/tcp_max_tw_buckets", "sys/net/ipv4/tcp_max_orphans",
                                 "sys/net/ipv4/tcp_max_syn_backlog", "sys/net/ipv4/tcp_mem",
                                 "sys/net/core/somaxconn", "thread-self/net/sockstat"}) {
    const std::filesystem::path place = std::filesystem::path(path_) / file;
    std::filesystem::create_directories(place.parent_path());
    std::filesystem::create_symlink(path_ + "/text", place);
  }
}

ProcRoot::~ProcRoot() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void ProcRoot::Write(std::string_view text) const {
  std::ofstream(path_ + "/text", std::ios::binary) << text;
}

}  // namespace sockdiag::fuzz
