"""The files and long pastes that go with a message, as chips above the field."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QLayoutItem, QToolButton, QWidget

from app.domain.conversation import Attachment
from app.ui.assets import icon, pixmap
from app.ui.elided import Elided
from app.ui.theme import Theme
from app.ui.words import counted, size


class Flow(QLayout):
    """Widgets side by side, and on a new line where there is no room. Mirrored where reading goes from the right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), moves=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        result = QSize()
        for item in self._items:
            result = result.expandedTo(item.minimumSize())
        return result

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, moves=True)

    def _place(self, rect: QRect, *, moves: bool) -> int:
        parent = self.parentWidget()
        is_mirrored = parent is not None and parent.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x, y, line = 0, 0, 0
        for item in self._items:
            width = min(item.sizeHint().width(), rect.width())
            if x and x + width > rect.width():
                x, y, line = 0, y + line + self.spacing(), 0
            if moves:
                left = rect.width() - x - width if is_mirrored else x
                place = rect.topLeft() + QPoint(left, y)
                item.setGeometry(QRect(place, QSize(width, item.sizeHint().height())))
            x += width + self.spacing()
            line = max(line, item.sizeHint().height())
        return y + line


class Chip(QFrame):
    remove_requested = Signal()
    text_requested = Signal()

    def __init__(self, theme: Theme, attachment: Attachment, *, is_paste: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("chip")
        lines = attachment.text.count("\n") + 1
        facts = f"{counted(lines, self.tr('1 line'), self.tr('%n lines'))}, {size(len(attachment.text.encode()))}"
        self._picture = QLabel(self)
        metrics = theme.metrics
        name = Elided(self, is_greedy=False, mode=Qt.TextElideMode.ElideMiddle)
        name.setProperty("kind", "strong")
        name.setMaximumWidth(metrics.sidebar)
        name.set_whole(attachment.name)
        self.setToolTip(attachment.name)
        about = Elided(self, is_greedy=False)
        about.setProperty("kind", "caption")
        about.set_whole(facts)
        self.to_text = self._button(self.tr("Put {name} back into the message as text"), attachment.name)
        self.to_text.setVisible(is_paste)
        self.to_text.clicked.connect(self.text_requested)
        self.remove = self._button(self.tr("Remove {name}"), attachment.name)
        self.remove.clicked.connect(self.remove_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(metrics.space_2, metrics.gap, metrics.gap, metrics.gap)
        layout.setSpacing(metrics.space_2)
        for widget in (self._picture, name, about, self.to_text, self.remove):
            layout.addWidget(widget)
        self.wear()

    def wear(self) -> None:
        colours, edge = self._theme.colours, self._theme.metrics.icon_small
        self._picture.setPixmap(pixmap("text_file", colours.muted, edge, max(2.0, self.devicePixelRatioF())))
        for button, name in ((self.to_text, "to_text"), (self.remove, "close")):
            button.setIcon(icon(name, colours.text, edge))
            button.setIconSize(QSize(edge, edge))

    def _button(self, words: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("kind", "quiet")
        button.setToolTip(words.format(name=name))
        button.setAccessibleName(words.format(name=name))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button


class AttachmentStrip(QWidget):
    """Shows what it is given; asks by number for what is to go."""

    remove_requested = Signal(int)
    text_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.chips: list[Chip] = []
        self._flow = Flow(self)
        theme.changed.connect(self._wear)
        self.hide()

    def show_attachments(self, attachments: Sequence[Attachment], pastes: frozenset[str]) -> None:
        """`pastes`: names of those that were pasted, and can be put back."""
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = []
        for number, attachment in enumerate(attachments):
            chip = Chip(self._theme, attachment, is_paste=attachment.name in pastes, parent=self)
            chip.remove_requested.connect(lambda at=number: self.remove_requested.emit(at))
            chip.text_requested.connect(lambda at=number: self.text_requested.emit(at))
            self._flow.addWidget(chip)
            chip.show()
            self.chips.append(chip)
        self.setVisible(bool(attachments))
        self._wear()

    def order_tabs(self, before: QWidget) -> None:
        """Chips come after the field they stand above."""
        order = [before, *(button for chip in self.chips for button in (chip.to_text, chip.remove))]
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)

    def _wear(self) -> None:
        self._flow.setSpacing(self._theme.metrics.space_2)
        for chip in self.chips:
            chip.wear()
        self.updateGeometry()
