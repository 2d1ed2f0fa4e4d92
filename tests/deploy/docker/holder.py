"""What runs in a container: holds sockets on its own loopback until it is told to end.
    holder.py LISTENERS ESTABLISHED CLOSE_WAIT UDP TIME_WAIT
Both ends of a connection are here: ESTABLISHED is a number of connections and twice as many sockets;
each one in CLOSE_WAIT has a peer in FIN_WAIT2, and one in TIME_WAIT has none. Says "ready" when it
has them all."""

import signal
import socket
import sys


def main(listeners, established, close_wait, udp, time_wait):
    # As process 1 it ends for no signal that it does not handle.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    held = [socket.create_server(("127.0.0.1", 0), backlog=64) for _ in range(listeners)]

    def connect():
        client = socket.create_connection(held[0].getsockname())
        return client, held[0].accept()[0]
    for _ in range(time_wait):
        client, server = connect()
        client.close()
        server.recv(1)
        server.close()
    pairs = [connect() for _ in range(established + close_wait)]
    for client, _ in pairs[established:]:
        client.shutdown(socket.SHUT_WR)
    for _ in range(udp):
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        bound.bind(("127.0.0.1", 0))
        held.append(bound)
    print("ready", flush=True)
    signal.pause()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
