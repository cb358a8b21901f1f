"""What the open chats can be shown without: the check of what is typed, fine-tuning, the code of a conversation.

None of it is imported before the window is on show (docs/lab-log.md, "Second start of the window"). What the first
message will need is imported then, a module at a time, so that no key waits for long.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.ui.desktop_parts import Chats, Desktop
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from app.ui.window import ChatWindow

if TYPE_CHECKING:
    from app.ui.spelling_desk import SpellingDesk
    from app.ui.tuning.host import TuningHost

# What the conversation is made of, each after what it needs itself
NEXT = (
    "markdown_it.presets",
    "markdown_it",
    "mdit_py_plugins.dollarmath",
    "pygments.lexers",
    "app.ui.chat.blocks",
    "app.ui.chat.segments",
    "app.ui.chat.colouring",
    "app.ui.chat.pieces",
    "app.ui.chat.row",
    "app.ui.chat.places",
    "app.ui.chat.painting",
    "app.ui.chat.tokens",
    "app.ui.chat.view",
)


class Extras(QObject):
    """`begin` once the chats are on show, `end` when they are closed or locked; then again."""

    failed = Signal(object)  # AppError

    def __init__(self, theme: Theme, preferences: Preferences, desktop: Desktop, window: ChatWindow) -> None:
        super().__init__(window)
        self._theme, self._preferences, self._desktop, self._window = theme, preferences, desktop, window
        self.spelling: SpellingDesk | None = None
        self.tuning: TuningHost | None = None
        self._left = list(NEXT)
        self._next = QTimer(self, interval=0)
        self._next.timeout.connect(self._import_next)

    def begin(self, chats: Chats) -> None:
        from app.ui.spelling_desk import SpellingDesk
        from app.ui.tuning.host import TuningHost

        if self.tuning is not None or self._window.page is None:
            return
        field = self._window.page.composer.input
        self.spelling = SpellingDesk(field, self._desktop.spelling, self._preferences, self._theme)
        self.spelling.failed.connect(self.failed)
        stop = self._desktop.services.stop_slow_work
        self.tuning = TuningHost(self._theme, self._preferences, self._desktop.tuning, chats.chats, self._window, stop)
        self._next.start()

    def end(self) -> None:
        """Nothing of it runs after this, and no text is left."""
        self._next.stop()
        if self.tuning is not None:
            self.tuning.end()
            self.tuning = None
        if self.spelling is not None:
            self.spelling.close()
            self.spelling = None

    def _import_next(self) -> None:
        if self._left:
            import_module(self._left.pop(0))
        else:
            self._next.stop()
