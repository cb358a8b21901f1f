"""Nothing leaves except through the gate, read off the source: who may import a network library, who may build a
ClearedPayload, who may write to a socket (DESIGN.md section 4)."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[2] / "app"
NETWORK = {
    "aiohttp", "asyncio.streams", "ftplib", "http.client", "http.server", "httpcore", "httpx", "imaplib",
    "multiprocessing.connection", "poplib", "PySide6.QtNetwork", "requests", "smtplib", "socket", "socketserver", "ssl",
    "telnetlib", "urllib.request", "urllib3", "websockets", "xmlrpc",
}  # fmt: skip
OPENERS = {
    "open_connection",
    "create_connection",
    "create_server",
    "start_server",
    "urlopen",
    "create_datagram_endpoint",
}
# transport passes a context on, key_log sets its log; trust makes one and reads the certificate that stream was shown.
# Not create_default_context: it obeys SSLKEYLOGFILE in silence (app/net/key_log.py)
TAKEN_FROM_SSL = {
    "net/key_log.py": {"SSLContext"},
    "net/transport.py": {"SSLContext"},
    "net/trust.py": {
        "SSLContext", "SSLSocket", "SSLError", "TLSVersion", "PROTOCOL_TLS_CLIENT", "CERT_NONE",
        "VERIFY_X509_PARTIAL_CHAIN", "VERIFY_X509_STRICT",
    },
}  # fmt: skip
WRITERS = {"sendall", "sendto", "sendmsg", "sendfile", "send_bytes", "sock_sendall"}


def imports(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"}:
            found |= {argument.value for argument in node.args if isinstance(argument, ast.Constant)}
    return found


def network_imports(tree: ast.AST) -> set[str]:
    return {name for name in imports(tree) if any(name == one or name.startswith(f"{one}.") for one in NETWORK)}


def calls(tree: ast.AST, names: set[str]) -> list[int]:
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) in names]


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def violations(rule: Callable[[str, ast.AST], str]) -> list[str]:
    found = []
    for path in sorted(APP.rglob("*.py")):
        place = path.relative_to(APP).as_posix()
        if fault := rule(place, ast.parse(path.read_text(encoding="utf-8"))):
            found.append(f"app/{place}: {fault}")
    return found


def only_net_imports_the_network(place: str, tree: ast.AST) -> str:
    return "" if place.startswith("net/") else ", ".join(sorted(network_imports(tree)))


def only_the_stream_knows_sockets(place: str, tree: ast.AST) -> str:
    if place == "net/stream.py":
        return ""
    free = {"ssl"} if place in TAKEN_FROM_SSL else set()
    return ", ".join(sorted(network_imports(tree) & {"socket", "ssl"} - free))


def contexts_are_passed_on_and_nothing_is_wrapped(place: str, tree: ast.AST) -> str:
    if place not in TAKEN_FROM_SSL:
        return ""
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ssl"
    }
    wrapped = [f"line {line}" for line in calls(tree, {"wrap_socket", "wrap_bio"})]
    return ", ".join([*sorted(used - TAKEN_FROM_SSL[place]), *wrapped])


def only_the_stream_writes(place: str, tree: ast.AST) -> str:
    if place == "net/stream.py":
        return ""
    names = WRITERS | OPENERS | ({"send"} if place.startswith("net/") else set())
    return ", ".join(f"line {line}" for line in calls(tree, names))


def only_the_gate_builds_clearance(place: str, tree: ast.AST) -> str:
    if place == "privacy/gate.py":
        return ""
    built = calls(tree, {"ClearedPayload"})
    return ", ".join(f"line {line}" for line in built)


RULES = (
    only_net_imports_the_network,
    only_the_stream_knows_sockets,
    contexts_are_passed_on_and_nothing_is_wrapped,
    only_the_stream_writes,
    only_the_gate_builds_clearance,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_app_keeps_the_rule(rule: Callable[[str, ast.AST], str]) -> None:
    assert violations(rule) == []


@pytest.mark.parametrize(
    ("rule", "place", "source"),
    [
        (only_net_imports_the_network, "ui/window.py", "import socket"),
        (only_net_imports_the_network, "core/chat.py", "from urllib import request"),
        (only_net_imports_the_network, "core/chat.py", "from http.client import HTTPConnection"),
        (only_net_imports_the_network, "storage/keys.py", "def f():\n    import httpx._client"),
        (only_net_imports_the_network, "device/pack.py", "importlib.import_module('websockets.sync')"),
        (only_net_imports_the_network, "ui/window.py", "from PySide6.QtNetwork import QTcpSocket"),
        (only_the_stream_knows_sockets, "net/channel.py", "from ssl import SSLContext"),
        (only_the_stream_knows_sockets, "net/trust.py", "import socket"),
        (contexts_are_passed_on_and_nothing_is_wrapped, "net/transport.py", "ssl.create_default_context()"),
        (contexts_are_passed_on_and_nothing_is_wrapped, "net/trust.py", "ssl.get_server_certificate(('h', 1))"),
        (contexts_are_passed_on_and_nothing_is_wrapped, "net/trust.py", "ssl.create_default_context()"),
        (contexts_are_passed_on_and_nothing_is_wrapped, "net/trust.py", "context.wrap_socket(plain)"),
        (only_the_stream_writes, "net/channel.py", "link.send(data)"),
        (only_the_stream_writes, "core/chat.py", "link.sendall(data)"),
        (only_the_stream_writes, "core/jobs.py", "asyncio.open_connection('h', 1)"),
        (only_the_gate_builds_clearance, "net/channel.py", "write(ClearedPayload(data, 0))"),
        (only_the_gate_builds_clearance, "net/channel.py", "clearance.ClearedPayload(data, 0)"),
    ],
)
def test_the_rule_can_fail(rule: Callable[[str, ast.AST], str], place: str, source: str) -> None:
    assert rule(place, ast.parse(source))


def test_the_gate_is_where_this_test_looks_for_it() -> None:
    gate = ast.parse((APP / "privacy" / "gate.py").read_text(encoding="utf-8"))
    stream = ast.parse((APP / "net" / "stream.py").read_text(encoding="utf-8"))
    assert calls(gate, {"ClearedPayload"})
    assert calls(stream, {"sendall"})
