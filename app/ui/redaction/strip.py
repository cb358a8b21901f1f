"""Under the field: what will be replaced before the message is sent, each with one click to keep it as it is.

Shows what it is given and asks for changes; app/ui/redaction/preview_desk.py keeps it true.
"""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from app.domain.redaction import Preview, Replaced
from app.ui.attachments import Flow
from app.ui.redaction.words import kind_words
from app.ui.theme import Theme
from app.ui.words import counted

MOST_CHIPS = 12  # more would push the chat off the screen; the line says how many there are
LONGEST_CHARACTERS = 28  # of a real text or a stand-in on a chip


class RedactionStrip(QWidget):
    """One line in words, and a chip for each replaced text."""

    keep_requested = Signal(object, bool)  # Replaced, whether it is to be sent as it is

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: Preview | None = None
        self.chips: list[QToolButton] = []
        self.line = QLabel(self)
        self.line.setProperty("kind", "caption")
        self.line.setTextFormat(Qt.TextFormat.PlainText)
        self.line.setWordWrap(True)
        self.line.setMinimumWidth(1)
        self._row = QWidget(self)
        self._flow = Flow(self._row)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self.line)
        self._layout.addWidget(self._row)
        self.setAccessibleName(self.tr("Replaced before sending"))
        theme.changed.connect(self._wear)
        self._wear()
        self.hide()

    def show_preview(self, preview: Preview | None) -> None:
        """None, or nothing that is replaced: the strip is hidden."""
        if preview == self._shown:
            return
        focused = next((chip.property("real") for chip in self.chips if chip.hasFocus()), None)
        self._shown = preview
        self._clear()
        if preview is None or not preview.replaced:
            self.hide()
            return
        self.line.setText(self._sentence(preview.replaced))
        for one in preview.replaced[:MOST_CHIPS]:
            self._add(one)
        self._row.show()
        self.show()
        for chip in self.chips:
            if chip.property("real") == focused:
                chip.setFocus()

    def show_words(self, words: str) -> None:
        """A sentence in the place of chips: why names cannot be found."""
        self._shown = None
        self._clear()
        self.line.setText(words)
        self._row.hide()
        self.setVisible(bool(words))

    def order_tabs(self, before: QWidget) -> None:
        for first, second in pairwise([before, *self.chips]):
            QWidget.setTabOrder(first, second)

    def _sentence(self, replaced: Sequence[Replaced]) -> str:
        gone = [one for one in replaced if not one.is_kept]
        kept = len(replaced) - len(gone)
        words = counted(
            len(gone), self.tr("1 text is replaced before sending"), self.tr("%n texts are replaced before sending")
        )
        if kept:
            words += ", " + counted(kept, self.tr("1 is sent as it is"), self.tr("%n are sent as they are"))
        if len(replaced) > MOST_CHIPS:
            return self.tr("{words}. The first {number}:").format(words=words, number=MOST_CHIPS)
        return f"{words}:"

    def _add(self, one: Replaced) -> None:
        chip = QToolButton(self._row)
        chip.setProperty("kind", "replaced")
        chip.setProperty("real", one.real)
        chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        chip.setMinimumWidth(1)  # a long one must not push the list of chats aside
        chip.setCheckable(True)
        chip.setChecked(not one.is_kept)
        kind = kind_words()[one.kind]
        if one.is_kept:
            words = self.tr("{real}: as it is").format(real=_short(one.real))
            action = self.tr("{kind}: {real} is sent as it is. Press to replace it.")
        else:
            words = self.tr("{real} → {stand_in}").format(real=_short(one.real), stand_in=_short(one.stand_in))
            action = self.tr("{kind}: {real} is sent as {stand_in}. Press to send it as it is.")
        told = action.format(kind=kind, real=_short(one.real, 200), stand_in=_short(one.stand_in, 200))
        chip.setText(words.replace("&", "&&"))
        chip.setAccessibleName(told)
        chip.setToolTip(told)
        chip.clicked.connect(lambda: self.keep_requested.emit(one, not one.is_kept))
        self._flow.addWidget(chip)
        chip.show()
        self.chips.append(chip)

    def _clear(self) -> None:
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = []
        self.line.setText("")

    def _wear(self) -> None:
        self._flow.setSpacing(self._theme.metrics.space_1)
        self._layout.setSpacing(self._theme.metrics.gap)


def _short(text: str, most: int = LONGEST_CHARACTERS) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[: most - 1]}…"
