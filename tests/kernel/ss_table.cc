#include "tests/kernel/ss_table.h"

#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

SocketState StateFromSs(const std::string& word) {
  static const std::map<std::string, SocketState> kStates{
      {"ESTAB", SocketState::kEstablished},   {"SYN-SENT", SocketState::kSynSent},
      {"SYN-RECV", SocketState::kSynRecv},    {"FIN-WAIT-1", SocketState::kFinWait1},
      {"FIN-WAIT-2", SocketState::kFinWait2}, {"TIME-WAIT", SocketState::kTimeWait},
      {"UNCONN", SocketState::kUnconnected},  {"CLOSE-WAIT", SocketState::kCloseWait},
      {"LAST-ACK", SocketState::kLastAck},    {"LISTEN", SocketState::kListen},
      {"CLOSING", SocketState::kClosing}};
  return kStates.at(word);
}

/// `127.0.0.1:80`, `[::1]:80`, `*:80`, `0.0.0.0:*`.
std::uint16_t PortFromSs(const std::string& endpoint) {
  const std::string port = endpoint.substr(endpoint.rfind(':') + 1);
  return port == "*" ? std::uint16_t{0} : static_cast<std::uint16_t>(std::stoul(port));
}

}  // namespace

std::vector<SsRow> ReadSsTable() {
  std::vector<SsRow> rows;
  for (const Protocol protocol : kProtocols) {
    for (const Family family : kFamilies) {
      std::istringstream lines(RunTool({"ss", protocol == Protocol::kTcp ? "-Htan" : "-Huan",
                                        family == Family::kIpv4 ? "-4" : "-6"}));
      for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string state;
        std::string local;
        std::string peer;
        SsRow row{protocol, family, SocketState::kUnknown, 0, 0, 0, 0};
        words >> state >> row.receive_queue >> row.send_queue >> local >> peer;
        if (!words) throw std::runtime_error("a line of ss: " + line);
        row.state = StateFromSs(state);
        row.local_port = PortFromSs(local);
        row.peer_port = PortFromSs(peer);
        rows.push_back(row);
      }
    }
  }
  return rows;
}

}  // namespace sockdiag::kernel
