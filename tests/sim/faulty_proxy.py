"""A recording proxy with faults to order: cuts, delays, slices."""

import socket
import time
from dataclasses import dataclass

from tests.sim.recording_proxy import Recording, RecordingProxy


@dataclass
class Faults:
    """What to do to traffic. Numbers of bytes are counted from each connection's beginning; 0 switches a fault off.

    cut_after_up, cut_after_down: end the connection once so many bytes were relayed that way. cuts: on how many
    connections, the first ones. slice_bytes: relay at most so many at a time. delay_s: wait before each write.
    """

    cut_after_up: int = 0
    cut_after_down: int = 0
    cuts: int = 1
    slice_bytes: int = 65_536
    delay_s: float = 0.0


class FaultyProxy(RecordingProxy):
    """Relays with `faults`, which may be changed while it runs."""

    def __init__(self, target_port: int, faults: Faults) -> None:
        super().__init__(target_port)
        self.faults = faults

    def relay(self, source: socket.socket, sink: socket.socket, recording: Recording, is_up: bool) -> None:
        seen = recording.up if is_up else recording.down
        try:
            while data := source.recv(self.faults.slice_bytes):
                limit = self.faults.cut_after_up if is_up else self.faults.cut_after_down
                is_cut = 0 < limit <= len(seen) + len(data) and self._is_among_first(recording)
                if is_cut:
                    data = data[: limit - len(seen)]
                if self.faults.delay_s:
                    time.sleep(self.faults.delay_s)
                seen.extend(data)
                sink.sendall(data)
                if is_cut:
                    for one in (sink, source):
                        one.shutdown(socket.SHUT_RDWR)
                    return
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _is_among_first(self, recording: Recording) -> bool:
        return any(recording is one for one in self.connections[: self.faults.cuts])
