"""How the vault stands, and what can open it. Values only."""

from enum import Enum


class VaultState(Enum):
    NEW = "new"  # nothing is encrypted yet: the first start
    LOCKED = "locked"  # a passphrase or the recovery code is needed
    OPEN = "open"


class KeyHolder(Enum):
    """What can open the vault."""

    KEYRING = "keyring"  # the system's keyring: nothing to type
    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a holder
    FILE = "file"  # a key file beside the data, readable by this account alone: where nothing else is sure to last
    RECOVERY = "recovery"  # a code on paper
