"""A backend's URL, taken apart. TLS is demanded everywhere but on loopback (DESIGN.md section 5)."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Address:
    """Where to connect. `host` has no brackets; `path` no slash at its end (a proxy may put a backend under a path)."""

    host: str
    port: int
    is_tls: bool
    path: str

    @property
    def name(self) -> str:
        """host:port, as the gate and the ledger know it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{'https' if self.is_tls else 'http'}://{self.name}{self.path}"


def parse_url(url: str) -> Address:
    """Raises SettingsError for all but https, or http on loopback, and for a name, password or query in the URL."""
    example = "Write it like https://host or http://127.0.0.1:8000."
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise SettingsError("The backend's address is not a URL.", example) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("The backend's address must begin with https:// or http://.", example)
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise SettingsError("The backend's address must not carry a name, a password or a query.", example)
    is_tls = parts.scheme == "https"
    if not is_tls and not is_loopback(parts.hostname):
        raise SettingsError(
            "Without TLS, everyone between here and the backend could read the traffic and the access token.",
            "Use https:// for a backend on another computer.",
        )
    return Address(parts.hostname, port or (443 if is_tls else 80), is_tls, parts.path.rstrip("/"))


def is_loopback(host: str) -> bool:
    """True for this computer itself, by address or as localhost."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
