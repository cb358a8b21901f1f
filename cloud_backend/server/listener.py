"""Sockets and certificates: where the server listens, and that it does not listen in the clear by accident."""

import ipaddress
import os
import socket
import ssl
from pathlib import Path
from typing import Any

from cloud_backend.server.errors import OperatorError


def is_loopback(host: str) -> bool:
    """True where every address of `host` stays on this machine. Raises OperatorError where it has none."""
    return all(
        ipaddress.ip_address(address[0].partition("%")[0]).is_loopback for _family, address in _addresses(host, 0)
    )


def require_tls_beyond_loopback(host: str, *, has_tls: bool, allow_plaintext: bool) -> None:
    """Raises OperatorError where activations and tokens would cross a network in the clear."""
    if has_tls or allow_plaintext or is_loopback(host):
        return
    raise OperatorError(
        f"{host} can be reached from other machines, and without TLS everyone on the way could read tokens and "
        "activations. Give --tls-cert and --tls-key, listen on 127.0.0.1, or, if something in front of this server "
        "adds TLS, say --dangerously-allow-plaintext."
    )


def bind(host: str, port: int) -> socket.socket:
    """A bound socket, made with IPPROTO_TCP so that asyncio keeps TCP_NODELAY. Raises OperatorError."""
    family, address = _addresses(host, port)[0]
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
    except OSError as error:
        sock.close()
        raise OperatorError(
            f"Cannot listen on {host}, port {port}: {error.strerror}. Choose another --port; 0 takes a free one."
        ) from error
    sock.set_inheritable(False)
    return sock


def url_of(sock: socket.socket, *, has_tls: bool) -> str:
    host, port = sock.getsockname()[:2]
    return f"{'https' if has_tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def load_tls(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.3 only: both ends are ours. Raises OperatorError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise OperatorError(
            f"The certificate {certificate} and key {key} cannot be used: {error.strerror or type(error).__name__}. "
            "Both must be readable PEM files that belong together."
        ) from error
    return context


def _addresses(host: str, port: int) -> list[tuple[int, tuple[Any, ...]]]:
    """Address family and address of each way to reach `host`."""
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise OperatorError(f"{host} is not an address of this machine. Try --host 127.0.0.1.") from error
    return [(int(family), tuple(address)) for family, _kind, _protocol, _name, address in infos]
