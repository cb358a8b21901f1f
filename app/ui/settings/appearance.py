"""Appearance: light, dark, as the system, high contrast; and the size of everything, in force at once."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QHBoxLayout, QPushButton, QSlider, QVBoxLayout, QWidget

from app.ui.actions import ACTIONS, key_words, keys_of
from app.ui.preferences import ZOOM_STEPS, Preferences
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.parts import Buttons, Page
from app.ui.settings.words import line, push
from app.ui.theme import CONTRAST_DARK, CONTRAST_LIGHT, DARK, LIGHT, Colours, Theme


class Swatch(QPushButton):
    """An appearance to choose: a small window painted in its colours, its name below."""

    def __init__(self, theme: Theme, value: str, text: str, halves: tuple[Colours, Colours], parent: QWidget) -> None:
        super().__init__(text, parent)
        self.value = value
        self._theme, self._halves = theme, halves
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        Fit(self, theme, lambda metrics: self.setMinimumSize(self.sizeHint()))

    def sizeHint(self) -> QSize:
        metrics = self._theme.metrics
        return QSize(metrics.control * 4, metrics.control * 3 + metrics.space_1)

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics, colours = self._theme.metrics, self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = metrics.ring
        foot = metrics.small + metrics.space_3
        frame = QRectF(self.rect()).adjusted(ring, ring, -ring, -ring)
        picture = frame.adjusted(ring, ring, -ring, -foot)
        self._paint_window(painter, picture)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        is_marked = self.isChecked() or self.hasFocus()
        painter.setPen(QPen(QColor(colours.accent if is_marked else colours.edge), ring if is_marked else metrics.hair))
        painter.drawRoundedRect(picture, metrics.radius, metrics.radius)
        painter.setPen(QColor(colours.text))
        font = self._theme.text_font(metrics.small)
        font.setBold(self.isChecked())
        font.setUnderline(self.hasFocus())
        painter.setFont(font)
        words = QRectF(frame.left(), picture.bottom(), frame.width(), frame.bottom() - picture.bottom())
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()

    def _paint_window(self, painter: QPainter, area: QRectF) -> None:
        """The left half in the first colours, the right in the second: they differ where the system decides."""
        metrics = self._theme.metrics
        round_area = QPainterPath()
        round_area.addRoundedRect(area, metrics.radius, metrics.radius)
        painter.save()
        painter.setClipPath(round_area)
        painter.setPen(Qt.PenStyle.NoPen)
        unit = area.height() / 8
        halves = self._halves[:1] if self._halves[0] == self._halves[1] else self._halves
        for place, colours in enumerate(halves):
            painter.save()
            wide_part = area.width() / len(halves)
            half = QRectF(area.left() + place * wide_part, area.top(), wide_part, area.height())
            painter.setClipRect(half, Qt.ClipOperation.IntersectClip)
            painter.fillRect(half, QColor(colours.page))
            for left, top, wide, colour in (
                (0.5, 1.1, 0.42, colours.accent_soft),
                (0.08, 2.9, 0.6, colours.text),
                (0.08, 4.1, 0.74, colours.text),
                (0.08, 5.9, 0.84, colours.surface),
            ):
                tall = unit * (1.3 if colour in (colours.surface, colours.accent_soft) else 0.55)
                bar = QRectF(area.left() + left * area.width(), area.top() + top * unit, wide * area.width(), tall)
                painter.setBrush(QColor(colour))
                is_field = colour == colours.surface
                painter.setPen(QPen(QColor(colours.edge), metrics.hair) if is_field else Qt.PenStyle.NoPen)
                painter.drawRoundedRect(bar, tall / 3, tall / 3)
            painter.restore()
        painter.restore()


class Swatches(QWidget):
    """All in one row, or two a row where there is little room."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._swatches: tuple[Swatch, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setSizeConstraint(QGridLayout.SizeConstraint.SetNoConstraint)
        spaced(self, theme, self._grid, "space_3", "space_3")

    def take(self, swatches: tuple[Swatch, ...]) -> None:
        self._swatches = swatches
        self._place(2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        metrics = self._theme.metrics
        wide = sum(s.minimumWidth() + metrics.space_3 for s in self._swatches) + metrics.space_3
        self._place(len(self._swatches) if self.width() >= wide else 2)

    def _place(self, columns: int) -> None:
        for number, swatch in enumerate(self._swatches):
            self._grid.addWidget(swatch, number // columns, number % columns)

    def minimumSizeHint(self) -> QSize:
        metrics = self._theme.metrics
        wide = max((s.minimumWidth() for s in self._swatches), default=0)
        return QSize(2 * wide + 3 * metrics.space_3, self._grid.sizeHint().height())


class AppearancePage(Page):
    def __init__(self, theme: Theme, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._preferences = preferences
        options = (
            ("system", self.tr("As the system"), (LIGHT, DARK)),
            ("light", self.tr("Light"), (LIGHT, LIGHT)),
            ("dark", self.tr("Dark"), (DARK, DARK)),
            ("contrast", self.tr("High contrast"), (CONTRAST_LIGHT, CONTRAST_DARK)),
        )
        row = Swatches(theme, self.column)
        self._group = QButtonGroup(row)
        self.swatches: dict[str, Swatch] = {}
        for value, text, halves in options:
            swatch = Swatch(theme, value, text, halves, row)
            self._group.addButton(swatch)
            self.swatches[value] = swatch
        row.take(tuple(self.swatches.values()))
        self.section(self.tr("Colours")).add(row)

        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, len(ZOOM_STEPS) - 1)
        self.slider.setPageStep(1)
        self.slider.setAccessibleName(self.tr("Size"))
        Fit(self.slider, theme, lambda metrics: self.slider.setFixedWidth(metrics.control * 5))
        self.percent = push("", "plain", self, "")
        self.percent.setToolTip(self.tr("Back to 100 %"))
        control = Buttons(theme, self, self.slider, self.percent)
        card = self.section(self.tr("Size"))
        self._size_row = card.row(
            self.tr("Text, buttons and spaces"),
            "",
            control,
        )
        card.add(self._sample(theme))
        self._group.buttonClicked.connect(self._choose)
        self.slider.valueChanged.connect(lambda place: preferences.update(zoom_percent=ZOOM_STEPS[place]))
        self.percent.clicked.connect(lambda: preferences.zoom_by(0))
        preferences.changed.connect(self._show)
        self._show()

    def _sample(self, theme: Theme) -> QWidget:
        """What a chat looks like at this size."""
        sample = QWidget(self)
        layout = QVBoxLayout(sample)
        spaced(sample, theme, layout, "space_2", "space_4")
        own = QFrame(sample)
        own.setObjectName("sample")
        inner = QVBoxLayout(own)
        spaced(own, theme, inner, "", "space_3", "space_2")
        inner.addWidget(line(self.tr("What does the near half of the model do?"), "plain", own))
        beside = QHBoxLayout()
        beside.addStretch(1)
        beside.addWidget(own, 1)
        layout.addLayout(beside)
        answer = self.tr("It turns your words into numbers, here on this computer, and the numbers back into words.")
        layout.addWidget(line(answer, "plain", sample))
        return sample

    def _choose(self, swatch: QPushButton) -> None:
        if isinstance(swatch, Swatch):
            self._preferences.update(appearance=swatch.value)

    def _show(self) -> None:
        chosen = self._preferences.settings
        keys = [
            key_words(key) for key in (_first_key(name, chosen.shortcuts) for name in ("zoom_in", "zoom_out")) if key
        ]
        self._size_row.explain(
            self.tr("Also with {larger} and {smaller}.").format(larger=keys[0], smaller=keys[1])
            if len(keys) == 2
            else ""
        )
        self.swatches[chosen.appearance].setChecked(True)
        place = min(range(len(ZOOM_STEPS)), key=lambda i: abs(ZOOM_STEPS[i] - chosen.zoom_percent))
        self.slider.blockSignals(True)
        self.slider.setValue(place)
        self.slider.blockSignals(False)
        self.percent.setText(self.tr("{percent} %").format(percent=chosen.zoom_percent))
        self.percent.setAccessibleName(
            self.tr("Size is {percent} %. Back to 100 %").format(percent=chosen.zoom_percent)
        )


def _first_key(name: str, chosen: Mapping[str, str]) -> str:
    spec = next(spec for spec in ACTIONS if spec.name == name)
    return next(iter(keys_of(spec, chosen)), "")
