"""Where the filter is typed: completion as one types, what is wrong in words, and the language on one page."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.core.panel_filter import Filter
from app.core.panel_query import FilterProblem, complete, read_filter
from app.ui.assets import icon
from app.ui.privacy.filter_words import help_html, problem_words
from app.ui.theme import Theme

_PAUSE_MS = 180  # after the last key before the list is filtered


class FilterBar(QWidget):
    chosen = Signal(object)  # Filter
    left = Signal()  # the keyboard goes on to the list

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hosts: tuple[str, ...] = ()
        self.field = QLineEdit(self)
        self.field.setObjectName("search")
        self.field.setAccessibleName(self.tr("Filter the list"))
        self.field.setPlaceholderText(self.tr("Filter: kind:step tap:3"))
        self.field.installEventFilter(self)
        self.help = QToolButton(self)
        self.help.setProperty("kind", "quiet")
        self.help.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.help.setAccessibleName(self.tr("How to filter"))
        self.help.setToolTip(self.tr("How to filter"))
        self.help.clicked.connect(self.open_help)
        self.problem = QLabel(self)
        self.problem.setProperty("kind", "wrong")
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setWordWrap(True)
        self.problem.setMinimumWidth(1)
        self.problem.hide()
        self._line = QHBoxLayout()
        self._line.addWidget(self.field, 1)
        self._line.addWidget(self.help)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addLayout(self._line)
        self._layout.addWidget(self.problem)
        self._words = QStringListModel(self)
        self._completer = QCompleter(self._words, self)
        self._completer.setWidget(self.field)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.activated[QModelIndex].connect(self._insert)  # type: ignore[index]
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.take)
        self.field.textEdited.connect(self._edited)
        self.field.textChanged.connect(lambda: self._pause.start())
        self._help: QFrame | None = None
        theme.changed.connect(self._wear)
        self._wear()

    def set_hosts(self, hosts: tuple[str, ...]) -> None:
        self._hosts = hosts

    def set_text(self, text: str) -> None:
        self.field.setText(text)
        self.take()

    def add_term(self, term: str) -> None:
        """Narrow the filter by one more term."""
        before = self.field.text().strip()
        self.set_text(term if term in before.split() or not before else f"{before} {term}")

    def forget(self) -> None:
        self.field.clear()
        self._pause.stop()
        self._show_problem(None)

    def take(self) -> None:
        """Read what stands there now."""
        self._pause.stop()
        try:
            found: Filter = read_filter(self.field.text())
        except FilterProblem as problem:
            self._show_problem(problem)
            return
        self._show_problem(None)
        self.chosen.emit(found)

    def open_help(self) -> None:
        """A page over the list; Esc, or a click beside it, closes it."""
        page = QFrame(self, Qt.WindowType.Popup)
        page.setObjectName("options")
        page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page.setAccessibleName(self.tr("How to filter"))
        words = QLabel(help_html(), page)
        words.setProperty("kind", "body")
        words.setTextFormat(Qt.TextFormat.RichText)
        layout = QVBoxLayout(page)
        space = self._theme.metrics.space_4
        layout.setContentsMargins(space, space, space, space)
        layout.addWidget(words)
        page.adjustSize()
        page.move(self.mapToGlobal(self.rect().bottomLeft()))
        page.show()
        self._help = page

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down) and not self._popup_is_shown():
                self.take()
                self.left.emit()
                return True
            if event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
                self._offer()
                return True
        return super().eventFilter(watched, event)

    def _popup(self) -> QAbstractItemView:
        popup = self._completer.popup()
        assert popup is not None
        return popup

    def _popup_is_shown(self) -> bool:
        return self._popup().isVisible()

    def _edited(self) -> None:
        self._offer()

    def _offer(self) -> None:
        found = complete(self.field.text(), self.field.cursorPosition(), self._hosts)
        begun = self.field.text()[found.start : self.field.cursorPosition()]
        if not found.texts or (not begun and not found.field):
            if self._popup_is_shown():
                self._popup().hide()
            return
        self._words.setStringList(list(found.texts))
        self._completer.complete()

    def _insert(self, index: QModelIndex) -> None:
        cursor = self.field.cursorPosition()
        found = complete(self.field.text(), cursor, self._hosts)
        text, chosen = self.field.text(), str(index.data())
        end = "" if chosen.endswith(":") else " "
        self.field.setText(f"{text[: found.start]}{chosen}{end}{text[cursor:].lstrip()}")
        self.field.setCursorPosition(found.start + len(chosen) + len(end))
        if chosen.endswith(":"):
            QTimer.singleShot(0, self, self._offer)

    def _show_problem(self, problem: FilterProblem | None) -> None:
        self.problem.setText(problem_words(problem) if problem is not None else "")
        self.problem.setVisible(problem is not None)
        self.field.setProperty("wrong", "true" if problem is not None else "false")
        self.field.style().unpolish(self.field)
        self.field.style().polish(self.field)
        self.field.setAccessibleDescription(self.problem.text())

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self._layout.setSpacing(metrics.gap)
        self._line.setSpacing(metrics.space_1)
        self.help.setIcon(icon("info", self._theme.colours.muted, metrics.icon))
        self.help.setIconSize(QSize(metrics.icon, metrics.icon))
