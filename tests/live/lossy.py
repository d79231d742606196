"""A path on which packets get lost, between Asterisk and a caller of a test."""

import random
import socket
import threading
from types import TracebackType
from typing import Self


class Lossy:
    """Hands on what comes to its port, but for a ``share`` of the packets, by lot, the same at each run."""

    def __init__(self, share: float, seed: int = 3) -> None:
        self._share = share
        self._dice = random.Random(seed)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._over = threading.Event()
        self._carrier = threading.Thread(target=self._carry, daemon=True)
        self._to = 0
        self.lost = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._over.set()
        if self._to:
            self._carrier.join()
        self._socket.close()

    def towards(self, port: int) -> int:
        """The port to tell the other side, instead of the one where it is listened."""
        self._to = port
        self._socket.settimeout(0.2)
        self._carrier.start()
        return int(self._socket.getsockname()[1])

    def _carry(self) -> None:
        while not self._over.is_set():
            try:
                packet = self._socket.recv(2048)
            except TimeoutError:
                continue
            if self._dice.random() < self._share:
                self.lost += 1
            else:
                self._socket.sendto(packet, ("127.0.0.1", self._to))
