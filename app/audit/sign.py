"""The device key: Ed25519, made on first use, kept by the caller in the encrypted store. It signs exports only.

What a signature shows: that this export was made by whoever holds the key. That the key is this computer's is known to
whoever has compared the fingerprint with the one that the app shows; an export cannot prove it of itself.
"""

import hashlib
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM = "Ed25519"
SETTING = "audit_key"
SIGNATURE_BYTES, PUBLIC_BYTES = 64, 32
_PURPOSE = b"nearhalf audit export 1\0"  # so that no signature of ours can be taken for one of something else
_GROUP = 4


class DeviceKey:
    """A key that signs. `public`: 32 bytes."""

    def __init__(self, private: bytes) -> None:
        """Raises ValueError where these are not 32 bytes."""
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.public = self._key.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.public)

    def sign(self, manifest: bytes) -> bytes:
        return self._key.sign(_message(manifest))


def device_key(read: Callable[[str], str], write: Callable[[str, str], None]) -> DeviceKey:
    """The key in the encrypted store, by Vault.read_setting and write_setting; a new one where there is none.

    Raises StorageError as they do; then there is no key, and nothing can be signed.
    """
    kept = read(SETTING)
    if kept:
        return DeviceKey(bytes.fromhex(kept))
    private = Ed25519PrivateKey.generate().private_bytes_raw()
    write(SETTING, private.hex())
    return DeviceKey(private)


def is_signed_by(public: bytes, signature: bytes, manifest: bytes) -> bool:
    """True where the holder of the key of `public` signed exactly this manifest."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _message(manifest))
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(public: bytes) -> str:
    """SHA-256 of the public key in groups of four, to be read aloud and compared."""
    digest = hashlib.sha256(public).hexdigest()
    return " ".join(digest[start : start + _GROUP] for start in range(0, len(digest), _GROUP))


def same_fingerprint(one: str, other: str) -> bool:
    """However they are grouped and written."""
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def _message(manifest: bytes) -> bytes:
    return _PURPOSE + hashlib.sha256(manifest).digest()
