"""Wraps that a person's secret opens: the passphrase and the recovery code. Pure functions; nothing is stored."""

import secrets

from app.domain.errors import WrongKey
from app.domain.vault import KeyHolder
from app.storage.key_wraps import (
    SALT_BYTES,
    PassphraseCost,
    checked_passphrase,
    key_from_code,
    key_from_passphrase,
    unwrap_key,
    wrap_key,
)
from app.storage.recovery_code import looks_like_a_code, new_recovery_code, read_recovery_code
from app.storage.wraps_file import Wrap, Wraps

SECRETS = (KeyHolder.PASSPHRASE, KeyHolder.RECOVERY)


def wrap_for_passphrase(key: bytearray, vault_id: bytes, passphrase: str, cost: PassphraseCost) -> Wrap:
    """Raises StorageError where it cannot be a passphrase."""
    salt = secrets.token_bytes(SALT_BYTES)
    under = key_from_passphrase(checked_passphrase(passphrase), salt, cost)
    return Wrap(wrap_key(key, under, vault_id, KeyHolder.PASSPHRASE), salt, cost)


def wrap_for_new_code(key: bytearray, vault_id: bytes) -> tuple[str, Wrap]:
    """A fresh recovery code and its wrap."""
    code, salt = new_recovery_code(), secrets.token_bytes(SALT_BYTES)
    under = key_from_code(read_recovery_code(code), salt)
    return code, Wrap(wrap_key(key, under, vault_id, KeyHolder.RECOVERY), salt)


def open_with_secret(wraps: Wraps, secret: str) -> bytearray:
    """The data key, by passphrase or recovery code, whichever it is.

    Raises WrongKey; its words tell a typing mistake in a code from a wrong code.
    """
    for opens in (open_with_code, _open_with_passphrase):
        try:
            return opens(wraps, secret)
        except WrongKey:
            pass
    if KeyHolder.PASSPHRASE in wraps.by_holder and not looks_like_a_code(secret):
        raise WrongKey("This passphrase does not open the history.", "Check the keyboard's language and Caps Lock.")
    if KeyHolder.RECOVERY not in wraps.by_holder and not looks_like_a_code(secret):
        raise WrongKey("This history has neither a passphrase nor a recovery code.")
    return open_with_code(wraps, secret)


def open_with_code(wraps: Wraps, code: str) -> bytearray:
    """The data key, by recovery code. Raises WrongKey."""
    typed = read_recovery_code(code)
    wrap = wraps.by_holder.get(KeyHolder.RECOVERY)
    try:
        if wrap is None:
            raise WrongKey("no code was made")
        return unwrap_key(wrap.sealed, key_from_code(typed, wrap.salt), wraps.vault_id, KeyHolder.RECOVERY)
    except WrongKey as error:
        raise WrongKey(
            "This recovery code is typed correctly, but it is not the one of this history.",
            "A code stops working when a newer one is made. Look for the latest.",
        ) from error


def _open_with_passphrase(wraps: Wraps, passphrase: str) -> bytearray:
    wrap = wraps.by_holder.get(KeyHolder.PASSPHRASE)
    if wrap is None or wrap.cost is None:
        raise WrongKey("This history has no passphrase.")
    under = key_from_passphrase(passphrase, wrap.salt, wrap.cost)
    return unwrap_key(wrap.sealed, under, wraps.vault_id, KeyHolder.PASSPHRASE)
