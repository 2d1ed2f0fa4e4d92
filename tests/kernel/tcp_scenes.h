#pragma once

#include <cstdint>

#include "tests/kernel/sockets.h"

namespace sockdiag::kernel {

/// Each makes one TCP connection, or a part of one, around a listener on `port` of the loopback
/// address, and stops it in a state; what is named are all sockets that the kernel then has. A
/// scene drops packets by its port, so each needs a port of its own. The sockets live as long as
/// what is returned, those that the scene closed as long as the kernel keeps them: a minute.
using Scene = Sockets(const IpVersion& ip, std::uint16_t port);

/// LISTEN; ESTABLISHED at both ends.
Scene Established;
/// SYN_SENT to an address behind the black hole, which must have been made; no listener.
Scene SynSent;
/// LISTEN; SYN_RECV, a request socket, whose client is gone: what a SYN flood leaves.
Scene SynRecvWithoutClient;
/// LISTEN; SYN_RECV and SYN_SENT: the SYN-ACK is lost.
Scene SynAckLost;
/// LISTEN with TCP_DEFER_ACCEPT; SYN_RECV; ESTABLISHED at the client.
Scene DeferredAccept;
/// SYN_RECV, a full socket: the port connects to itself. No listener.
Scene SimultaneousOpen;
/// LISTEN; SYN_RECV, a full socket that TCP Fast Open made and that was accepted; ESTABLISHED at
/// the client.
Scene FastOpen;
/// LISTEN; FIN_WAIT1, closed; ESTABLISHED.
Scene FinWait1;
/// LISTEN; FIN_WAIT2, still open; CLOSE_WAIT.
Scene FinWait2;
/// LISTEN; FIN_WAIT2, closed, which the kernel keeps as a TIME_WAIT minisock; CLOSE_WAIT.
Scene FinWait2Minisock;
/// LISTEN; FIN_WAIT2, closed, but with a TCP_LINGER2 for which the kernel keeps the full socket;
/// CLOSE_WAIT.
Scene FinWait2Orphan;
/// LISTEN; TIME_WAIT.
Scene TimeWait;
/// LISTEN; FIN_WAIT2, still open; LAST_ACK, closed.
Scene LastAck;
/// LISTEN; CLOSING and FIN_WAIT1, both still open.
Scene Closing;

}  // namespace sockdiag::kernel
