"""The data key, wrapped: AES-256-GCM under a key of its own for each holder. Pure functions; no file, no keyring.

A wrap is a version byte, a 12-byte nonce, the sealed 32 bytes and the tag; what it belongs to (version, vault, holder)
is authenticated with it, so that no wrap can be passed off as another. A passphrase becomes a key by Argon2id
(RFC 9106), with parameters that are stored beside the wrap; a recovery code, 130 random bits, by HKDF.
"""

import os
import secrets
import time
import unicodedata
from dataclasses import dataclass

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.errors import StorageError, WrongKey
from app.domain.vault import KeyHolder

WRAP_VERSION = 1
KEY_BYTES = 32
SALT_BYTES = 16
_NONCE_BYTES = 12
_TARGET_S = 0.25
_LIMIT_CHARS = 1024  # of a passphrase


@dataclass(frozen=True, slots=True)
class PassphraseCost:
    """Argon2id's parameters. What comes from a file is bounded, or a wrong byte could ask for all memory."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4

    def __post_init__(self) -> None:
        if not (8 * self.lanes <= self.memory_kib <= 2**20 and 1 <= self.passes <= 64 and 1 <= self.lanes <= 16):
            raise ValueError("Argon2id parameters out of bounds")


def measured_cost() -> PassphraseCost:
    """64 MiB, as many passes as take this computer about a quarter of a second; never below RFC 9106's three."""
    one = PassphraseCost(passes=1)
    started = time.perf_counter()
    key_from_passphrase("measure", bytes(SALT_BYTES), one)
    passes = round(_TARGET_S / max(time.perf_counter() - started, 1e-3))
    return PassphraseCost(passes=min(max(passes, 3), 16))


def key_from_passphrase(passphrase: str, salt: bytes, cost: PassphraseCost) -> bytes:
    """32 bytes by Argon2id. The same characters count as the same, however the keyboard composed them (NFC)."""
    try:
        return hash_secret_raw(
            unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass"),
            salt,
            time_cost=cost.passes,
            memory_cost=cost.memory_kib,
            parallelism=cost.lanes,
            hash_len=KEY_BYTES,
            type=Type.ID,
        )
    except HashingError as error:
        raise StorageError(
            f"There is not enough memory to check the passphrase ({cost.memory_kib // 1024} MiB).",
            "Close other programs and try again.",
        ) from error


def checked_passphrase(passphrase: str) -> str:
    """Raises StorageError where it cannot be one. Whether it is a good one, the window says."""
    if not passphrase.strip():
        raise StorageError("The passphrase is empty.", "Give several words that only you would put together.")
    if len(passphrase) > _LIMIT_CHARS:
        raise StorageError(f"The passphrase is longer than {_LIMIT_CHARS} characters.", "Give a shorter one.")
    return passphrase


def key_from_code(code: bytes, salt: bytes) -> bytes:
    """32 bytes from a recovery code (recovery_code.read_recovery_code)."""
    return derive_key(code, "recovery code", salt)


def derive_key(secret: bytes | bytearray, purpose: str, salt: bytes = b"") -> bytes:
    """A key for one purpose by HKDF-SHA256 (RFC 5869), so that no two uses share one."""
    info = b"nearhalf 1 " + purpose.encode()
    return HKDF(SHA256(), KEY_BYTES, salt or None, info).derive(bytes(secret))


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def wrap_key(key: bytes | bytearray, under: bytes, vault_id: bytes, holder: KeyHolder) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(under).encrypt(nonce, bytes(key), _belongs_to(vault_id, holder))
    return bytes([WRAP_VERSION]) + nonce + sealed


def unwrap_key(wrap: bytes, under: bytes, vault_id: bytes, holder: KeyHolder) -> bytearray:
    """The data key. Raises WrongKey where `under` is not the key of this wrap, or the wrap was changed."""
    if wrap[:1] != bytes([WRAP_VERSION]) or len(under) != KEY_BYTES:
        raise WrongKey("This key does not open the history.")
    nonce, sealed = wrap[1 : 1 + _NONCE_BYTES], wrap[1 + _NONCE_BYTES :]
    try:
        return bytearray(AESGCM(under).decrypt(nonce, sealed, _belongs_to(vault_id, holder)))
    except (InvalidTag, ValueError) as error:
        raise WrongKey("This key does not open the history.") from error


def _belongs_to(vault_id: bytes, holder: KeyHolder) -> bytes:
    return b"nearhalf key wrap" + bytes([WRAP_VERSION]) + vault_id + holder.value.encode()
