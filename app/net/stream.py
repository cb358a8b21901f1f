"""One TCP or TLS connection. The only place in the app that opens a socket or writes to one.

It writes a ClearedPayload, which only the gate builds, and nothing else. It knows neither HTTP nor WebSocket. One
thread reads and writes; `abort` may come from any other.
"""

import select
import socket
import ssl
from typing import Any

from app.domain.clearance import ClearedPayload
from app.domain.errors import ConnectionLost
from app.net.trust import Trust, changed, fingerprint_of, not_trusted, reading_context

CONNECT_TIMEOUT_S = 10.0
_LOST_ADVICE = "Check the network and that the backend runs; the app goes on where it stopped."


class GatedSocket:
    """A connected socket with TCP_NODELAY. Every failure is an AppError; the socket is of no use after one."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._timeout_s = -1.0
        self._is_aborted = False
        self._peer: tuple[socket.AddressFamily, Any] | None = None
        self.is_tls = False

    def connect(self, host: str, port: int, timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        """Try the addresses of `host` in turn; the caller has asked the gate for it before. Raises ConnectionLost."""
        try:
            addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise ConnectionLost(f"The address of {host} was not found.", "Check its name and the network.") from error
        last_error: OSError | None = None
        for family, kind, protocol, _name, address in addresses:
            candidate = socket.socket(family, kind, protocol)
            self._socket = candidate  # before connecting, so that abort can break it off
            self._timeout_s = -1.0
            self._check_aborted()
            try:
                self._limit(timeout_s)
                candidate.connect(address)
                candidate.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                # 44 ms a frame without it (uvicorn#3149), so a platform that ignores it must not pass silently
                if not candidate.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY):
                    raise OSError("TCP_NODELAY was refused")
                self._check_aborted()
                self._peer = (family, address)
                return
            except OSError as error:
                self.close()
                self._check_aborted()
                last_error = error
        raise ConnectionLost(f"The backend at {host}, port {port}, does not answer.", _LOST_ADVICE) from last_error

    def start_tls(self, trust: Trust, host: str, timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        """Shake hands as `host`, and judge the certificate before a byte of ours can be written.

        Raises UntrustedCertificate, which carries the certificate's fingerprint, and ConnectionLost.
        """
        try:
            wrapped = self._shake_hands(trust.context, host, timeout_s)
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise not_trusted(host, error.verify_message, self._look_at_certificate(host, timeout_s)) from error
        except OSError as error:
            self.close()
            raise ConnectionLost(f"No secure connection to {host} came about.", _LOST_ADVICE) from error
        if trust.fingerprint is not None and (shown := fingerprint_of(wrapped)) != trust.fingerprint:
            self.close()
            raise changed(host, shown)
        self.is_tls = True

    def _shake_hands(self, context: ssl.SSLContext, host: str, timeout_s: float) -> ssl.SSLSocket:
        self._limit(timeout_s)
        wrapped = context.wrap_socket(self._open_socket(), server_hostname=host, do_handshake_on_connect=False)
        self._socket = wrapped
        self._timeout_s = -1.0
        self._limit(timeout_s)
        wrapped.do_handshake()
        return wrapped

    def _look_at_certificate(self, host: str, timeout_s: float) -> str:
        """Its fingerprint, read on a second connection to the same peer on which nothing is written; "" if it fails.

        The first connection ended before Python would show its certificate.
        """
        if self._peer is None:
            return ""
        family, address = self._peer
        try:
            self._socket = socket.socket(family, socket.SOCK_STREAM)
            self._timeout_s = -1.0
            self._check_aborted()
            self._limit(timeout_s)
            self._open_socket().connect(address)
            return fingerprint_of(self._shake_hands(reading_context(), host, timeout_s))
        except OSError:
            return ""
        finally:
            self.close()

    def write(self, payload: ClearedPayload, timeout_s: float) -> None:
        """Write all of it at once. Raises ConnectionLost."""
        try:
            self._limit(timeout_s)
            self._open_socket().sendall(payload.data)
        except OSError as error:
            raise self._lost(error) from error

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """The bytes that are there, waiting for the first; empty where the peer has ended. Raises ConnectionLost."""
        try:
            self._limit(timeout_s)
            data = self._open_socket().recv(max_bytes)
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            data = b""
        except OSError as error:
            raise self._lost(error) from error
        if not data:
            self._check_aborted()
        return data

    def read_pending(self, max_bytes: int) -> bytes | None:
        """The bytes that are there now; None: there are none; empty: the peer has ended. Raises ConnectionLost."""
        try:
            self._limit(0.0)
            return self._open_socket().recv(max_bytes)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""
        except OSError as error:
            raise self._lost(error) from error

    def is_readable(self) -> bool:
        """True where bytes, or the end, wait to be read."""
        if self._socket is None:
            return True
        poll = getattr(select, "poll", None)
        if poll is None:  # Windows, where select has no limit on descriptor numbers
            return bool(select.select([self._socket], [], [], 0)[0])
        poller = poll()
        poller.register(self._socket, select.POLLIN)
        return bool(poller.poll(0))

    def abort(self) -> None:
        """Break the connection from any thread: a blocked read or write raises ConnectionLost at once."""
        self._is_aborted = True
        current = self._socket
        if current is not None:
            try:
                # not SSLSocket.shutdown, which would drop the TLS object under the thread that uses it
                socket.socket.shutdown(current, socket.SHUT_RDWR)
            except OSError:
                pass  # it was not connected, or has gone already

    def close(self) -> None:
        """Let the socket go; never raises."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open_socket(self) -> socket.socket:
        if self._socket is None:
            raise OSError("the socket is closed")
        return self._socket

    def _limit(self, timeout_s: float) -> None:
        if timeout_s != self._timeout_s:  # a system call each time otherwise
            self._open_socket().settimeout(timeout_s)
            self._timeout_s = timeout_s

    def _check_aborted(self) -> None:
        if self._is_aborted:
            self.close()
            raise ConnectionLost("The connection was broken off.")

    def _lost(self, error: OSError) -> ConnectionLost:
        if self._is_aborted:
            return ConnectionLost("The connection was broken off.")
        if isinstance(error, TimeoutError):
            return ConnectionLost("The backend did not answer in time.", _LOST_ADVICE)
        return ConnectionLost("The connection to the backend broke.", _LOST_ADVICE)
