"""TLS record protection from logged secrets: TLS 1.3 (RFC 8446, 5.2, 7.1-7.3) and the AEAD suites of TLS 1.2 (RFC 5246,
6.3; 5288; 7905). It opens records one by one, and knows nothing of streams."""

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

_TAG_BYTES = 16
_IV_BYTES = 12


class CannotOpen(Exception):
    """A record does not open with these keys: it was altered, or the keys are another connection's."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A cipher suite: its key's length and its hash. is_chacha also decides how nonces are made in TLS 1.2."""

    key_bytes: int
    hash_name: str
    is_chacha: bool = False


_AES128, _AES256 = Suite(16, "sha256"), Suite(32, "sha384")
_CHACHA = Suite(32, "sha256", is_chacha=True)
SUITES_13 = {0x1301: _AES128, 0x1302: _AES256, 0x1303: _CHACHA}
SUITES_12 = {
    **dict.fromkeys((0x009C, 0x009E, 0xC02B, 0xC02F), _AES128),
    **dict.fromkeys((0x009D, 0x009F, 0xC02C, 0xC030), _AES256),
    **dict.fromkeys((0xCCA8, 0xCCA9, 0xCCAA), _CHACHA),
}


def _aead(suite: Suite, key: bytes) -> AESGCM | ChaCha20Poly1305:
    return ChaCha20Poly1305(key) if suite.is_chacha else AESGCM(key)


def _with_number(iv: bytes, number: int) -> bytes:
    return bytes(a ^ b for a, b in zip(iv, number.to_bytes(_IV_BYTES), strict=True))


class Opener13:
    """Opens the records of one direction under one traffic secret."""

    def __init__(self, suite: Suite, secret: bytes) -> None:
        self._suite = suite
        self._secret = secret
        self._iv = expand_label(suite.hash_name, secret, b"iv", _IV_BYTES)
        self._aead = _aead(suite, expand_label(suite.hash_name, secret, b"key", suite.key_bytes))
        self._number = 0

    def open(self, header: bytes, body: bytes) -> tuple[int, bytes]:
        """The record's real type and content. Raises CannotOpen."""
        try:
            inner = self._aead.decrypt(_with_number(self._iv, self._number), body, header).rstrip(b"\0")
        except (InvalidTag, ValueError) as error:
            raise CannotOpen from error
        if not inner:
            raise CannotOpen
        self._number += 1
        return inner[-1], inner[:-1]

    def updated(self) -> "Opener13":
        """What follows a KeyUpdate."""
        size = hashlib.new(self._suite.hash_name).digest_size
        return Opener13(self._suite, expand_label(self._suite.hash_name, self._secret, b"traffic upd", size))


class Opener12:
    """Opens the records of one direction after ChangeCipherSpec."""

    def __init__(self, suite: Suite, key: bytes, iv: bytes) -> None:
        self._suite = suite
        self._iv = iv
        self._aead = _aead(suite, key)
        self._number = 0

    def open(self, header: bytes, body: bytes) -> tuple[int, bytes]:
        """The record's type and content. Raises CannotOpen."""
        if self._suite.is_chacha:
            nonce, sealed = _with_number(self._iv, self._number), body
        else:
            nonce, sealed = self._iv + body[:8], body[8:]
        size = len(sealed) - _TAG_BYTES
        if size < 0:
            raise CannotOpen
        covered = self._number.to_bytes(8) + header[:3] + size.to_bytes(2)
        try:
            content = self._aead.decrypt(nonce, sealed, covered)
        except (InvalidTag, ValueError) as error:
            raise CannotOpen from error
        self._number += 1
        return header[0], content


def openers_12(suite: Suite, master: bytes, client_random: bytes, server_random: bytes) -> tuple[Opener12, Opener12]:
    """The client's and the server's, from the master secret."""
    iv_bytes = _IV_BYTES if suite.is_chacha else 4
    needed = 2 * (suite.key_bytes + iv_bytes)
    block = _prf(suite.hash_name, master, b"key expansion" + server_random + client_random, needed)
    keys, ivs = block[: 2 * suite.key_bytes], block[2 * suite.key_bytes :]
    return (
        Opener12(suite, keys[: suite.key_bytes], ivs[:iv_bytes]),
        Opener12(suite, keys[suite.key_bytes :], ivs[iv_bytes:]),
    )


def expand_label(hash_name: str, secret: bytes, label: bytes, size: int) -> bytes:
    """HKDF-Expand-Label with an empty context (RFC 8446, 7.1)."""
    full = b"tls13 " + label
    info = size.to_bytes(2) + bytes((len(full),)) + full + b"\0"
    out = block = b""
    counter = 1
    while len(out) < size:
        block = hmac.digest(secret, block + info + bytes((counter,)), hash_name)
        out += block
        counter += 1
    return out[:size]


def _prf(hash_name: str, secret: bytes, seed: bytes, size: int) -> bytes:
    """P_hash of TLS 1.2 (RFC 5246, 5)."""
    out, a = b"", seed
    while len(out) < size:
        a = hmac.digest(secret, a, hash_name)
        out += hmac.digest(secret, a + seed, hash_name)
    return out[:size]
