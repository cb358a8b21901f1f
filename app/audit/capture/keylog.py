"""A TLS key log in the SSLKEYLOGFILE format (draft-ietf-tls-keylogfile): which secrets belong to which handshake."""

from collections.abc import Iterable
from dataclasses import dataclass, field

_LABELS = frozenset(
    {
        b"CLIENT_RANDOM",
        b"CLIENT_HANDSHAKE_TRAFFIC_SECRET",
        b"SERVER_HANDSHAKE_TRAFFIC_SECRET",
        b"CLIENT_TRAFFIC_SECRET_0",
        b"SERVER_TRAFFIC_SECRET_0",
    }
)
_RANDOM_BYTES = 32
_MOST_SECRET_BYTES = 64


@dataclass(slots=True)
class KeyLog:
    """Secrets by label and client random. unread: lines that are neither a comment nor a secret."""

    secrets: dict[tuple[str, bytes], bytes] = field(default_factory=dict)
    unread: int = 0

    def secret(self, label: str, client_random: bytes) -> bytes | None:
        return self.secrets.get((label, client_random))

    def add(self, untrusted: bytes) -> None:
        """Take the lines of a key log; what cannot be read is counted."""
        for line in untrusted.splitlines():
            words = line.split()
            if not words or words[0].startswith(b"#"):
                continue
            try:
                label, random, secret = words[0], *(bytes.fromhex(word.decode("ascii")) for word in words[1:])
            except ValueError:
                self.unread += 1
                continue
            if len(random) != _RANDOM_BYTES or not 0 < len(secret) <= _MOST_SECRET_BYTES:
                self.unread += 1
            elif label in _LABELS:
                self.secrets[label.decode("ascii"), random] = secret


def key_log(parts: Iterable[bytes]) -> KeyLog:
    """One key log of several."""
    log = KeyLog()
    for part in parts:
        log.add(part)
    return log
