"""Messages between a process and the one that it started: pickles, one after the other."""

from __future__ import annotations

import os
import pickle
import struct
import sys
from typing import Any

REPLAYING = "_NEWSFOLIO_REPLAYS"
"""Set in the environment of a process that replays."""

COPIES = sys.platform != "win32"
"""Whether a process can be copied."""

_LENGTH = struct.Struct("!Q")

_PART = 1 << 20


class Channel:
    """Messages over two file descriptors, read to the byte so that a fork may go on reading."""

    def __init__(self, reads: int, writes: int) -> None:
        self._reads, self._writes = reads, writes

    def send(self, message: object) -> None:
        body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        left = memoryview(_LENGTH.pack(len(body)) + body)
        while left:
            left = left[os.write(self._writes, left) :]

    def close(self) -> None:
        for number in {self._reads, self._writes}:
            os.close(number)

    def receive(self) -> Any:
        """The next message; EOFError where the other side is gone."""
        (length,) = _LENGTH.unpack(self._bytes(_LENGTH.size))
        return pickle.loads(self._bytes(length))  # noqa: S301 (from a process of ours)

    def _bytes(self, count: int) -> bytearray:
        body = bytearray(count)
        left = memoryview(body)
        while left:
            part = os.read(self._reads, min(len(left), _PART))
            if not part:
                raise EOFError("the process at the other end is gone")
            left[: len(part)] = part
            left = left[len(part) :]
        return body
