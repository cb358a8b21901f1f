"""Wraps: opened by their key alone, for their vault and their holder alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import StorageError, WrongKey
from app.domain.vault import KeyHolder
from app.storage.key_wraps import (
    PassphraseCost,
    checked_passphrase,
    derive_key,
    key_from_passphrase,
    measured_cost,
    new_key,
    unwrap_key,
    wrap_key,
)

VAULT = bytes(range(16))
CHEAP = PassphraseCost(memory_kib=64, passes=1, lanes=1)


def test_a_wrap_gives_the_key_back() -> None:
    key, under = new_key(), new_key()
    assert unwrap_key(wrap_key(key, under, VAULT, KeyHolder.KEYRING), under, VAULT, KeyHolder.KEYRING) == key


@pytest.mark.parametrize("wrong", ["key", "vault", "holder"])
def test_another_key_vault_or_holder_opens_nothing(wrong: str) -> None:
    under = new_key()
    wrap = wrap_key(new_key(), under, VAULT, KeyHolder.PASSPHRASE)
    with pytest.raises(WrongKey):
        unwrap_key(
            wrap,
            new_key() if wrong == "key" else under,
            bytes(16) if wrong == "vault" else VAULT,
            KeyHolder.RECOVERY if wrong == "holder" else KeyHolder.PASSPHRASE,
        )


@given(st.data())
def test_a_changed_or_cut_wrap_opens_nothing(data: st.DataObject) -> None:
    under = bytes(32)
    wrap = bytearray(wrap_key(new_key(), under, VAULT, KeyHolder.FILE))
    if data.draw(st.booleans()):
        wrap[data.draw(st.integers(0, len(wrap) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    else:
        del wrap[data.draw(st.integers(0, len(wrap) - 1)) :]
    with pytest.raises(WrongKey):
        unwrap_key(bytes(wrap), under, VAULT, KeyHolder.FILE)


def test_the_key_from_a_passphrase_is_argon2ids() -> None:
    """A vector of the reference program's own tests (phc-winner-argon2, test.c: version 0x13, t 2, m 2**16, p 1)."""
    expected = "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"
    assert key_from_passphrase("password", b"somesalt", PassphraseCost(2**16, 2, 1)).hex() == expected


def test_the_same_letters_are_the_same_however_they_are_composed() -> None:
    salt = bytes(16)
    assert key_from_passphrase("caf\u00e9", salt, CHEAP) == key_from_passphrase("cafe\u0301", salt, CHEAP)
    assert key_from_passphrase("caf\u00e9", salt, CHEAP) != key_from_passphrase("cafe", salt, CHEAP)


def test_the_measured_cost_is_never_below_the_rfcs() -> None:
    cost = measured_cost()
    assert cost.memory_kib == 64 * 1024 and cost.lanes == 4 and cost.passes >= 3


@pytest.mark.parametrize(
    ("memory_kib", "passes", "lanes"), [(2**21, 3, 4), (65536, 0, 4), (65536, 10**6, 4), (8, 1, 4)]
)
def test_parameters_out_of_bounds_are_refused(memory_kib: int, passes: int, lanes: int) -> None:
    with pytest.raises(ValueError):
        PassphraseCost(memory_kib, passes, lanes)


@pytest.mark.parametrize("passphrase", ["", "  \n", "x" * 2000])
def test_what_cannot_be_a_passphrase_is_said(passphrase: str) -> None:
    with pytest.raises(StorageError):
        checked_passphrase(passphrase)


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert len({derive_key(bytes(32), purpose) for purpose in ("history", "files", "backup")}) == 3
