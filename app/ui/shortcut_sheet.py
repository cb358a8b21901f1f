"""All actions with their keys, on one sheet. The keys are changed in the settings."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.ui.actions import GROUPS, Actions, group_text
from app.ui.theme import Theme


class ShortcutSheet(QDialog):
    change_requested = Signal()

    def __init__(self, theme: Theme, actions: Actions, *, can_change: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        metrics = theme.metrics
        page = QWidget()
        page.setObjectName("sheet")
        columns = QHBoxLayout(page)
        columns.setContentsMargins(metrics.space_6, metrics.space_4, metrics.space_6, metrics.space_4)
        columns.setSpacing(metrics.space_8)
        sides = [QVBoxLayout(), QVBoxLayout()]
        for side in sides:
            side.setSpacing(metrics.space_4)
            columns.addLayout(side, 1)
        lengths = [0, 0]
        for group in GROUPS:
            rows = [(action.text(), actions.keys(spec.name)) for spec, action in actions if spec.group == group]
            at = lengths.index(min(lengths))
            lengths[at] += len(rows) + 2
            sides[at].addLayout(self._group(group_text(group), rows, page, metrics.space_1, metrics.space_6))
        for side in sides:
            side.addStretch(1)
        area = QScrollArea(self)
        area.setObjectName("sheet_area")
        area.setAccessibleName(self.windowTitle())
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(area, 1)
        layout.addLayout(self._buttons(metrics.space_3, can_change=can_change))
        self.resize(metrics.column + 2 * metrics.space_8, metrics.column * 6 // 7)

    def _group(self, title: str, rows: list[tuple[str, str]], page: QWidget, gap: int, side_gap: int) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(gap)
        grid.setHorizontalSpacing(side_gap)
        grid.setColumnStretch(0, 1)
        heading = QLabel(title, page)
        heading.setProperty("kind", "name")
        grid.addWidget(heading, 0, 0, 1, 2)
        for row, (text, keys) in enumerate(rows, 1):
            words = QLabel(text, page)
            words.setProperty("kind", "body")
            words.setWordWrap(True)
            grid.addWidget(words, row, 0)
            if keys:
                key = QLabel(keys, page)
                key.setObjectName("key")
                grid.addWidget(key, row, 1, Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignTop)
        return grid

    def _buttons(self, margin: int, *, can_change: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(margin, margin, margin, margin)
        change = QPushButton(self.tr("Change the keys…"), self)
        change.setProperty("kind", "quiet")
        change.setVisible(can_change)
        change.clicked.connect(self._change)
        close = QPushButton(self.tr("Close"), self)
        close.setProperty("kind", "plain")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row.addWidget(change)
        row.addStretch(1)
        row.addWidget(close)
        return row

    def _change(self) -> None:
        self.accept()
        self.change_requested.emit()
