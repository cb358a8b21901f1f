"""The top of the field's menu where it opens on a marked word: what was meant, and two ways to keep the word."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu


class SpellingMenu(QObject):
    """Lives as long as the menu that it adds to. Suggestions come later: they take some 50 ms."""

    def __init__(
        self,
        menu: QMenu,
        replace: Callable[[str], object],
        learn: Callable[[], object],
        ignore: Callable[[], object],
    ) -> None:
        super().__init__(menu)
        self._menu, self._replace = menu, replace
        first = menu.actions()[0] if menu.actions() else None
        self._waiting = QAction(self.tr("Looking for suggestions"), menu)
        self._waiting.setEnabled(False)
        learned = QAction(self.tr("Add to dictionary"), menu)
        ignored = QAction(self.tr("Ignore in this draft"), menu)
        learned.triggered.connect(learn)
        ignored.triggered.connect(ignore)
        between, after = QAction(menu), QAction(menu)
        for separator in (between, after):
            separator.setSeparator(True)
        self._between = between
        added = [self._waiting, between, learned, ignored, after]
        if first is None:
            menu.addActions(added)
        else:
            menu.insertActions(first, added)

    def show_suggestions(self, words: Sequence[str]) -> None:
        if not words:
            self._waiting.setText(self.tr("No suggestions"))
            return
        actions = []
        for word in words:
            action = QAction(word, self._menu)
            font = action.font()
            font.setBold(True)
            action.setFont(font)
            action.triggered.connect(lambda _=False, chosen=word: self._replace(chosen))
            actions.append(action)
        had_none = self._menu.activeAction() is None
        self._menu.insertActions(self._between, actions)
        self._menu.removeAction(self._waiting)
        if not had_none:
            self._menu.setActiveAction(actions[0])
