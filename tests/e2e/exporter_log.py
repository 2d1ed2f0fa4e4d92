"""What the exporter writes to its standard error."""

import json
import os
import re
import select
import threading


def parse(line):
    """The fields of a log line, logfmt or JSON."""
    if line.startswith("{"):
        return json.loads(line)
    pairs = re.findall(r'([a-z_]+)=("(?:[^"\\]|\\.)*"|[^ "]*)(?: |$)', line)
    return {key: json.loads(value) if value.startswith('"') else value for key, value in pairs}


class Log:
    """The lines that come from a pipe. Whoever asks has all that was written by then, so a line
    that is written before an answer is given is there when the answer is."""

    def __init__(self, pipe):
        self._pipe = pipe
        os.set_blocking(pipe.fileno(), False)
        self._lines = []
        self._rest = b""
        self._ended = False
        self._lock = threading.Lock()
        # Reads when nobody asks, too: who writes must not wait for room.
        self._reader = threading.Thread(target=self._follow, daemon=True)
        self._reader.start()

    def _follow(self):
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        while not self._ended:
            poll.poll()
            self._take()

    def _take(self):
        with self._lock:
            while not self._ended:
                try:
                    data = os.read(self._pipe.fileno(), 1 << 16)
                except BlockingIOError:
                    return
                self._ended = not data
                *lines, self._rest = (self._rest + data).split(b"\n")
                self._lines += [line.decode("utf-8", "backslashreplace") for line in lines]

    def lines(self):
        """All whole ones so far."""
        self._take()
        with self._lock:
            return list(self._lines)

    def close(self, deadline_s):
        """After the end of who writes."""
        self._reader.join(deadline_s)
        self._ended = True
        self._pipe.close()
