"""The operating system's keyring as it is met in the wild: one that works, and those that lose people their data."""

from collections.abc import Callable


class MemoryKeyring:
    """A keyring that works, until `error` is set."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service_name: str, username: str) -> str | None:
        self._fail()
        return self.kept.get((service_name, username))

    def set_password(self, service_name: str, username: str, password: str) -> None:
        self._fail()
        self.kept[service_name, username] = password

    def delete_password(self, service_name: str, username: str) -> None:
        self._fail()
        del self.kept[service_name, username]

    def change_all(self, change: Callable[[str], str]) -> None:
        self.kept = {place: change(text) for place, text in self.kept.items()}

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


class NullKeyring(MemoryKeyring):
    """Takes everything and keeps nothing, as keyring.backends.null does."""

    def set_password(self, service_name: str, username: str, password: str) -> None:
        pass


class LyingKeyring(MemoryKeyring):
    """Gives back something else than it was given."""

    def get_password(self, service_name: str, username: str) -> str | None:
        found = super().get_password(service_name, username)
        return None if found is None else found[::-1]


class StubbornKeyring(MemoryKeyring):
    """Never forgets."""

    def delete_password(self, service_name: str, username: str) -> None:
        raise RuntimeError("Can't delete password")
