"""Shortcuts: every action with its keys; searched, changed, and told apart where two want the same."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.ui.actions import ACTIONS, GROUPS, ActionSpec, conflicts, group_text, key_words, keys_of
from app.ui.preferences import Preferences
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.parts import NARROW, Buttons, Card, Page
from app.ui.settings.words import line, push
from app.ui.theme import Theme


class Recorder(QKeySequenceEdit):
    """Takes one combination of keys. Escape leaves things as they are, unless it is pressed with another key."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMaximumSequenceLength(1)
        self.setFinishingKeyCombinations([])


class ShortcutRow(QWidget):
    def __init__(self, theme: Theme, spec: ActionSpec, parent: QWidget) -> None:
        super().__init__(parent)
        self.spec = spec
        self.words = line(spec.text, "body", self)
        self.problem = line("", "wrong", self)
        self.problem.hide()
        self.key: QPushButton = push("", "key", self)
        self.recorder = Recorder(self)
        self.recorder.setAccessibleName(self.tr("New keys for {action}").format(action=spec.text))
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.key)
        self.stack.addWidget(self.recorder)
        self.reset = push(
            self.tr("Reset"), "quiet", self, self.tr("Reset the keys of {action}").format(action=spec.text)
        )
        texts = QVBoxLayout()
        spaced(self, theme, texts, "")
        texts.addWidget(self.words)
        texts.addWidget(self.problem)
        self._theme = theme
        self._layout = QHBoxLayout(self)
        spaced(self, theme, self._layout, "space_2", "space_4", "space_1")
        keys = QHBoxLayout()
        spaced(self, theme, keys, "space_2")
        keys.addWidget(self.stack)
        keys.insertWidget(0, self.reset)
        self._layout.addLayout(texts, 1)
        self._layout.addLayout(keys)
        Fit(self.stack, theme, lambda metrics: self.stack.setMinimumWidth(metrics.control * 5))
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < self._theme.metrics.column * NARROW
        ways = QBoxLayout.Direction
        self._layout.setDirection(ways.TopToBottom if is_narrow else ways.LeftToRight)

    def show_keys(self, keys: tuple[str, ...], rivals: str, *, is_changed: bool) -> None:
        text = "\n".join(key_words(key) for key in keys) or self.tr("none")
        self.key.setText(text)
        self.key.setAccessibleName(
            self.tr("{action}: {keys}. Change").format(action=self.spec.text, keys=text.replace("\n", ", "))
        )
        self.problem.setText(self.tr("Also wanted by: {actions}").format(actions=rivals) if rivals else "")
        self.problem.setVisible(bool(rivals))
        self.reset.setVisible(is_changed)
        self.stack.setCurrentWidget(self.key)


class ShortcutsPage(Page):
    def __init__(self, theme: Theme, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._preferences = preferences
        self.set_lead(self.tr("Press a key to change it, then the new combination. Backspace means none."))
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search actions or keys"))
        self.search.setAccessibleName(self.tr("Search actions or keys"))
        self.search.textChanged.connect(self._filter)
        self.add(self.search)
        self.rows: dict[str, ShortcutRow] = {}
        self._cards: list[tuple[QWidget, Card, list[ShortcutRow]]] = []
        for group in GROUPS:
            heading = line(group_text(group), "strong", self.column)
            self.add(heading)
            card = Card(theme, self.column)
            self.add(card)
            rows = [ShortcutRow(theme, spec, card) for spec in ACTIONS if spec.group == group]
            for row in rows:
                card.add(row)
                self._connect(row)
            self._cards.append((heading, card, rows))
        self._nothing = line(self.tr("No action has these words or keys."), "muted", self.column)
        self._nothing.hide()
        self.add(self._nothing)
        self.reset_all = push(self.tr("Reset all"), "plain", self)
        self.reset_all.clicked.connect(lambda: preferences.update(shortcuts={}))
        self.add(Buttons(theme, self.column, self.reset_all))
        preferences.changed.connect(self._show)
        self._show()

    def _connect(self, row: ShortcutRow) -> None:
        self.rows[row.spec.name] = row
        row.key.clicked.connect(partial(self._record, row))
        row.reset.clicked.connect(partial(self._reset, row))
        row.recorder.editingFinished.connect(partial(self._take, row))

    def _record(self, row: ShortcutRow, _checked: bool = False) -> None:
        row.recorder.clear()
        row.stack.setCurrentWidget(row.recorder)
        row.recorder.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self, row: ShortcutRow) -> None:
        if row.stack.currentWidget() is not row.recorder:
            return
        typed = row.recorder.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        row.stack.setCurrentWidget(row.key)
        row.key.setFocus(Qt.FocusReason.OtherFocusReason)
        if typed in ("Backspace", "Del"):
            self._choose(row, "")
        elif typed and typed != "Esc":
            self._choose(row, typed)

    def _choose(self, row: ShortcutRow, keys: str) -> None:
        chosen = dict(self._preferences.settings.shortcuts) | {row.spec.name: keys}
        if (keys,) == keys_of(row.spec, {}):
            del chosen[row.spec.name]
        self._preferences.update(shortcuts=chosen)

    def _reset(self, row: ShortcutRow, _checked: bool = False) -> None:
        chosen = {name: keys for name, keys in self._preferences.settings.shortcuts.items() if name != row.spec.name}
        self._preferences.update(shortcuts=chosen)
        row.key.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        chosen = self._preferences.settings.shortcuts
        wanted = conflicts(chosen)
        for name, row in self.rows.items():
            keys = keys_of(row.spec, chosen)
            rivals = [self.rows[other].spec.text for key in keys for other in wanted.get(key, ()) if other != name]
            row.show_keys(keys, ", ".join(rivals), is_changed=name in chosen)
        self.reset_all.setEnabled(bool(chosen))
        if wanted:
            self.notice.show_words(
                "warning",
                self.tr("Two actions want the same keys."),
                self.tr("Only the first in the list gets them. Change one of those marked below."),
                can_dismiss=False,
            )
        else:
            self.notice.hide()

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        anything = False
        for heading, card, rows in self._cards:
            any_here = False
            for row in rows:
                haystack = f"{row.spec.text} {row.key.text()}".casefold()
                is_found = all(word in haystack for word in words)
                card.set_shown(row, is_found)
                any_here = any_here or is_found
            heading.setVisible(any_here)
            card.setVisible(any_here)
            anything = anything or any_here
        self._nothing.setVisible(not anything)
