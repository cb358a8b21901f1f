"""A plain TCP relay that records both byte streams of every connection. It shares no code with the app: what it saw is
what left, and the ledger is judged against it."""

import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass
class Recording:
    """One connection as seen from outside."""

    up: bytearray = field(default_factory=bytearray)
    down: bytearray = field(default_factory=bytearray)


class RecordingProxy:
    """Listens on a free port of loopback and relays to `target_port`. Use it as a context manager.

    `connections` are in the order in which they were accepted.
    """

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._is_closing = False
        self.connections: list[Recording] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_closing = True
        with socket.socket() as waker:  # closing a listener does not wake its accept
            waker.connect_ex(("127.0.0.1", self.port))
        self._threads[0].join(5)  # it may only now come back to its accept
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(5)

    def cut(self) -> None:
        """End every connection now, as a cable pulled out would, only politely."""
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for one in sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def relay(self, source: socket.socket, sink: socket.socket, recording: Recording, is_up: bool) -> None:
        """Carry one direction until it ends."""
        try:
            while data := source.recv(65_536):
                (recording.up if is_up else recording.down).extend(data)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _accept(self) -> None:
        while True:
            inner, _ = self._listener.accept()
            if self._is_closing:
                inner.close()
                return
            try:
                outer = socket.create_connection(("127.0.0.1", self._target_port))
            except OSError:
                inner.close()
                continue
            for one in (inner, outer):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            recording = Recording()
            with self._lock:
                self._sockets += [inner, outer]
                self.connections.append(recording)
            self._start(self.relay, inner, outer, recording, True)
            self._start(self.relay, outer, inner, recording, False)

    def _start(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args, name=f"proxy-{self.port}")  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()
