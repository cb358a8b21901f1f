"""What the terminal replaces before sending: the window's settings, and the person's own list where it can be read."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.core.redaction import Redaction
from app.domain.errors import AppError
from app.domain.redaction import OWN_WORDS, RedactionChoices, own_words
from app.storage.paths import DataFolder
from app.storage.settings import SettingsFile

if TYPE_CHECKING:
    from app.privacy.redaction.kinds import Span

NO_OWN_LIST = (
    "Your own list of words is in the history, which cannot be read now (it is locked, or open in the window): what "
    "stands on it is sent as it is."
)


class TerminalRedaction(Redaction):
    """The list is read with the first text that is looked at: chats that do not redact never open the history."""

    def __init__(self, folder: DataFolder, redacts: bool | None, tell: Callable[[str], None]) -> None:
        """redacts: of this run; None: as the settings say."""
        settings, warning = SettingsFile(folder.settings).load()
        if warning:
            tell(warning)
        self._is_on = settings.redacts if redacts is None else redacts
        self._kinds = settings.redacted_kinds
        self._folder, self._tell = folder, tell
        self._own: tuple[str, ...] | None = None
        super().__init__(lambda: RedactionChoices(self._is_on, self._kinds, self._own or ()))

    def find(self, text: str) -> "tuple[Span, ...]":
        if self._own is None:
            self._own = self._read_list()
        return super().find(text)

    def _read_list(self) -> tuple[str, ...]:
        """Nobody is asked for a passphrase, and no history is made."""
        from app.domain.vault import VaultState
        from app.storage.vault import DataVault

        vault = DataVault(self._folder)
        try:
            if vault.state is VaultState.NEW:
                return ()
            if vault.open_without_asking():
                return own_words(vault.read_setting(OWN_WORDS))
        except AppError:
            pass
        finally:
            vault.close()
        self._tell(NO_OWN_LIST)
        return ()
