"""Which connections of a capture are with hosts that the ledger names, and how each looks inside.

An address is a host's where the ledger writes it as that address, or where a connection said so itself (TLS server
name, HTTP Host header). On loopback, which every program of the computer shares, only the port makes it ours; elsewhere
anything to or from the address is ours to explain.
"""

from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address

from app.audit.capture.capture import Capture, address_of, shown
from app.audit.capture.http import Unit, host_header, units
from app.audit.capture.streams import Connection, Stream
from app.audit.capture.tls import Inside, looks_like_tls, open_tls

_HEAD_BYTES = 2**16


@dataclass(frozen=True, slots=True)
class Host:
    """A host of the ledger, taken apart. address: None where it is a name."""

    name: str
    host: str
    port: int
    address: bytes | None
    is_loopback: bool


class Wire:
    """One connection as it travelled, decrypted where it was TLS and the keys are known."""

    def __init__(self, connection: Connection, capture: Capture) -> None:
        self.connection = connection
        self.inside: Inside | None = None
        if looks_like_tls(connection.up) or looks_like_tls(connection.down):
            self.inside = open_tls(connection, capture.keys)

    @property
    def up(self) -> Stream:
        return self.inside.up if self.inside is not None else self.connection.up

    @property
    def down(self) -> Stream:
        return self.inside.down if self.inside is not None else self.connection.down

    @property
    def address(self) -> str:
        return shown(self.connection.server, self.connection.server_port)

    @property
    def is_empty(self) -> bool:
        """Nothing of content travelled; where it cannot be told, it did."""
        return not self.up.end and not self.down.end and (self.inside is None or not self.inside.fault)

    @cached_property
    def named(self) -> str:
        """The name by which the client called the server, without a port; "" where it did not."""
        if self.inside is not None and self.inside.server_name:
            return self.inside.server_name.lower()
        header = host_header(self.up.take(self.up.start, min(self.up.end - self.up.start, _HEAD_BYTES)) or b"")
        return header.rsplit(":", 1)[0].strip("[]") if header else ""

    @cached_property
    def units(self) -> tuple[list[Unit], list[Unit]]:
        return units(self.up, self.down)


def parse_host(name: str) -> Host:
    """A host as the ledger writes it; nonsense becomes a host that nothing fits."""
    text, _, port = name.rpartition(":")
    host = text.strip("[]").lower()
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0
    try:
        address = ip_address(host)
    except ValueError:
        return Host(name, host, number, None, host == "localhost")
    return Host(name, host, number, address.packed, address.is_loopback)


class HostTable:
    """The ledger's hosts, and the addresses that are known to be theirs."""

    def __init__(self, names: set[str], capture: Capture) -> None:
        self._hosts = [parse_host(name) for name in sorted(names)]
        self._addresses: dict[bytes, set[str]] = {}  # address -> names
        self._names = {(host.host, host.port): host.name for host in self._hosts}
        for host in self._hosts:
            if host.address is not None:
                self._learn(host.address, host.name)
        ports = {host.port for host in self._hosts}
        self.wires: list[Wire] = []  # with our hosts
        self.rest: list[Connection] = []
        possible = [Wire(one, capture) for one in capture.connections if self._may_be_ours(one, ports)]
        for wire in possible:
            name = self._names.get((_ascii(wire.named), wire.connection.server_port))
            if name is not None:
                self._learn(wire.connection.server, name)
        seen = {id(wire.connection) for wire in possible}
        for wire in possible:
            (self.wires.append(wire) if self.names_of(wire) else self.rest.append(wire.connection))
        self.rest += [one for one in capture.connections if id(one) not in seen]

    def names_of(self, wire: Wire) -> set[str]:
        """The ledger's hosts that this connection may be with; of any port where the address is not loopback."""
        connection = wire.connection
        address = address_of(connection.server)
        if address.is_loopback:
            return {host.name for host in self._hosts if host.is_loopback and host.port == connection.server_port}
        names = self._addresses.get(connection.server, set()) | self._addresses.get(connection.client, set())
        same_port = {host.name for host in self._hosts if host.name in names and host.port == connection.server_port}
        return same_port or names

    def is_ours(self, source: bytes, source_port: int, target: bytes, target_port: int) -> bool:
        """The same for a packet that is not TCP."""
        for packed, port in ((source, source_port), (target, target_port)):
            if address_of(packed).is_loopback:
                if any(host.is_loopback and host.port == port for host in self._hosts):
                    return True
            elif packed in self._addresses:
                return True
        return False

    def _may_be_ours(self, connection: Connection, ports: set[int]) -> bool:
        return connection.server_port in ports or bool({connection.server, connection.client} & set(self._addresses))

    def _learn(self, address: bytes, name: str) -> None:
        if not address_of(address).is_loopback:
            self._addresses.setdefault(address, set()).add(name)


def _ascii(name: str) -> str:
    """A name in the ledger may be in its own script, on the wire it is in ASCII."""
    try:
        return name.encode("ascii").decode("idna")
    except UnicodeError:
        return name
