"""What takes how much room, as one bar with a legend."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui.settings.fit import Fit, spaced
from app.ui.settings.words import line
from app.ui.theme import Colours, Theme
from app.ui.words import size


def part_colours(colours: Colours) -> tuple[str, ...]:
    return (
        colours.accent,
        colours.code_name,
        colours.mark_now,
        colours.code_number,
        colours.code_keyword,
        colours.code_string,
        colours.muted,
    )


class _Bar(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.parts: list[int] = []
        Fit(self, theme, lambda metrics: self.setFixedHeight(metrics.space_3))

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics, colours = self._theme.metrics, self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        path = QPainterPath()
        path.addRoundedRect(area, metrics.gap * 2, metrics.gap * 2)
        painter.setClipPath(path)
        painter.fillRect(area, QColor(colours.panel))
        left, total = area.left(), sum(self.parts)
        for place, part in enumerate(self.parts):
            if total and part:
                wide = area.width() * part / total
                painter.fillRect(
                    QRectF(left, area.top(), max(wide - metrics.hair, 1), area.height()),
                    QColor(part_colours(colours)[place % len(part_colours(colours))]),
                )
                left += wide
        painter.end()


class _Dot(QWidget):
    def __init__(self, theme: Theme, place: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._place = theme, place
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        Fit(self, theme, lambda metrics: self.setFixedSize(QSize(metrics.dot, metrics.dot)))

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = part_colours(self._theme.colours)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(Qt.PenStyle.NoPen))
        painter.setBrush(QColor(colours[self._place % len(colours)]))
        painter.drawEllipse(QRectF(self.rect()))
        painter.end()


class SizeBar(QWidget):
    """`show_sizes` takes (name, bytes), in the order to be shown."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bar = _Bar(theme, self)
        self._total = line("", "strong", self)
        self._legend = QWidget(self)
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_2", "space_4", "space_3")
        layout.addWidget(self._total)
        layout.addWidget(self._bar)
        layout.addWidget(self._legend)
        self._layout = layout
        self.text = ""

    def show_sizes(self, sizes: list[tuple[str, int]]) -> None:
        self._bar.parts = [count for _, count in sizes]
        self._bar.update()
        total = sum(count for _, count in sizes)
        self._total.setText(self.tr("{size} on this disk").format(size=size(total)))
        old, self._legend = self._legend, QWidget(self)
        grid = QGridLayout(self._legend)
        spaced(self._legend, self._theme, grid, "space_1")
        for row, (name, count) in enumerate(sizes):
            grid.addWidget(_Dot(self._theme, row, self._legend), row, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(line(name, "body", self._legend), row, 1)
            amount = line(size(count), "muted", self._legend)
            amount.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(amount, row, 2)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        self._layout.replaceWidget(old, self._legend)
        old.hide()
        old.deleteLater()
        self.text = ", ".join(f"{name} {size(count)}" for name, count in sizes)
        self.setAccessibleName(self.text)
