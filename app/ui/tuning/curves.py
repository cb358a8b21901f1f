"""The loss, step by step: on what is being learned, and on held-back notes. Left and Right go from test to test."""

import math
from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.tuning import EvalPoint, TrainPoint
from app.ui.theme import Theme
from app.ui.tuning.words import loss_words, tr
from app.ui.words import number

LINES = 4  # across the picture
SMOOTHED = 0.06  # of the run: one step's loss says as much about its text as about the model
BESIDE = 0.25  # of a line's distance: above and below all that is drawn
MOST_DRAWN = 600  # points of the training curve; more are thinned out


def nice_step(span: float, count: int) -> float:
    """The smallest of 1, 2 or 5 times a power of ten that covers `span` in `count` steps."""
    rough = max(span, 1e-6) / max(1, count)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)


def smoothed(points: Sequence[TrainPoint], steps: int) -> list[tuple[int, float]]:
    """(step, mean loss of the steps up to it), at most MOST_DRAWN."""
    width = max(1, round(steps * SMOOTHED))
    sums = [0.0]
    for point in points:
        sums.append(sums[-1] + point.loss)
    found = [(point.step, (sums[at] - sums[max(0, at - width)]) / min(at, width)) for at, point in enumerate(points, 1)]
    every = max(1, -(-len(found) // MOST_DRAWN))
    return found[::every] if every == 1 else [*found[::every], found[-1]]


class Curves(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._train: list[tuple[int, float]] = []
        self._tests: tuple[EvalPoint, ...] = ()
        self._steps = 1
        self._at: int | None = None  # a step that is looked at
        self._y_low, self._y_step, self._y_high = 0.0, 1.0, 1.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Curves of the loss"))
        theme.changed.connect(self._wear)
        self._wear()

    def show_run(self, train: Sequence[TrainPoint], tests: Sequence[EvalPoint], steps: int) -> None:
        self._steps = max(1, steps, train[-1].step if train else 1)
        self._train, self._tests = smoothed(train, self._steps), tuple(tests)
        losses = [loss for _, loss in self._train] + [test.loss for test in self._tests]
        losses = [loss for loss in losses if math.isfinite(loss)]
        low, high = (min(losses), max(losses)) if losses else (0.0, 1.0)
        self._y_step = nice_step(max(high - low, 0.02 * max(abs(high), 1.0)), LINES)
        self._y_low = math.floor(low / self._y_step - BESIDE) * self._y_step
        self._y_high = math.ceil(high / self._y_step + BESIDE) * self._y_step
        self.setAccessibleDescription(self.words)
        self.update()

    @property
    def words(self) -> str:
        """What the picture shows, for whoever does not see it; where a step is looked at, its values."""
        if self._at is not None:
            return self.words_at(self._at)
        if not self._tests:
            return tr("Nothing has been measured yet.")
        first, last = self._tests[0], self._tests[-1]
        best = min(self._tests, key=lambda test: test.loss)
        return tr(
            "Loss on held-back notes: {first} at the start, {last} at step {step}; best {best} at step {best_step}."
        ).format(
            first=loss_words(first.loss),
            last=loss_words(last.loss),
            step=number(last.step),
            best=loss_words(best.loss),
            best_step=number(best.step),
        )

    def words_at(self, step: int) -> str:
        """Step 120: learning 3.10, held back 3.22"""
        train = next((loss for at, loss in reversed(self._train) if at <= step), None)
        test = next((point.loss for point in reversed(self._tests) if point.step <= step), None)
        if train is None and test is None:
            return tr("Step {step}").format(step=number(step))
        if train is None:
            return tr("Step {step}: held back {test}").format(step=number(step), test=loss_words(test or 0.0))
        if test is None:
            return tr("Step {step}: learning {train}").format(step=number(step), train=loss_words(train))
        return tr("Step {step}: learning {train}, held back {test}").format(
            step=number(step), train=loss_words(train), test=loss_words(test)
        )

    @property
    def looked_at(self) -> int | None:
        return self._at

    def sizeHint(self) -> QSize:
        metrics = self._theme.metrics
        return QSize(metrics.column // 2, self.height())

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        colours, metrics = self._theme.colours, self._theme.metrics
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.text_font(metrics.caption))
        if self._train or self._tests:
            self._paint_lines(painter)
        else:
            painter.setPen(QColor(colours.muted))
            painter.drawText(self._area, int(Qt.AlignmentFlag.AlignCenter), self.words)
        if self._train:
            self._paint_curve(painter, self._train, QColor(colours.muted), metrics.hair * 1.5)
        tests = [(test.step, test.loss) for test in self._tests if math.isfinite(test.loss)]
        if tests:
            self._paint_curve(painter, tests, QColor(colours.accent), metrics.ring)
            self._paint_tests(painter, tests)
        self._paint_legend(painter)
        if self._at is not None:
            self._paint_looked_at(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), metrics.ring))
            half = metrics.ring / 2
            box = QRectF(self.rect()).adjusted(half, half, -half, -half)
            painter.drawRoundedRect(box, metrics.radius_small, metrics.radius_small)
        painter.end()

    @property
    def _area(self) -> QRectF:
        metrics = self._theme.metrics
        text = self._theme.metrics.caption * 1.6
        left = text * 2 + metrics.space_4
        return QRectF(
            left,
            text + metrics.space_3,
            self.width() - left - metrics.space_4,
            self.height() - 2 * text - metrics.space_6,
        )

    def _place(self, step: float, loss: float) -> QPointF:
        area = self._area
        across = area.left() + area.width() * step / self._steps
        return QPointF(across, area.bottom() - area.height() * (loss - self._y_low) / (self._y_high - self._y_low))

    def _paint_lines(self, painter: QPainter) -> None:
        colours, metrics, area = self._theme.colours, self._theme.metrics, self._area
        text = metrics.caption * 1.6
        for count in range(round((self._y_high - self._y_low) / self._y_step) + 1):
            loss = self._y_low + count * self._y_step
            y = self._place(0, loss).y()
            painter.setPen(QPen(QColor(colours.line), metrics.hair))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(colours.muted))
            box = QRectF(0, y - text / 2, area.left() - metrics.space_3, text)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), loss_words(loss))
        every = nice_step(self._steps, LINES)
        for count in range(int(self._steps / every) + 1):
            step = round(count * every)
            middle = self._place(step, self._y_low).x()
            box = QRectF(middle - 3 * text, area.bottom() + metrics.space_1, 6 * text, text)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), number(step))

    def _paint_curve(self, painter: QPainter, points: Sequence[tuple[int, float]], colour: QColor, wide: float) -> None:
        path = QPainterPath(self._place(*points[0]))
        for point in points[1:]:
            path.lineTo(self._place(*point))
        pen = QPen(colour, wide)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        painter.drawPath(path)

    def _paint_tests(self, painter: QPainter, tests: Sequence[tuple[int, float]]) -> None:
        """A dot for each test; a ring around the best, which is kept."""
        colours, metrics = self._theme.colours, self._theme.metrics
        dot = metrics.dot * 0.3
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        for test in tests:
            painter.drawEllipse(self._place(*test), dot, dot)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.text), metrics.hair * 1.5))
        best = min(tests, key=lambda test: test[1])
        painter.drawEllipse(self._place(*best), dot * 2, dot * 2)

    def _paint_legend(self, painter: QPainter) -> None:
        colours, metrics = self._theme.colours, self._theme.metrics
        text, at = metrics.caption * 1.6, self._area.left()
        for words, colour, wide in (
            (tr("Held-back notes"), colours.accent, metrics.ring),
            (tr("What is being learned"), colours.muted, metrics.hair * 1.5),
        ):
            middle = metrics.space_1 + text / 2
            painter.setPen(QPen(QColor(colour), wide))
            painter.drawLine(QPointF(at, middle), QPointF(at + metrics.space_4, middle))
            painter.setPen(QColor(colours.text))
            length = painter.fontMetrics().horizontalAdvance(words)
            box = QRectF(at + metrics.space_6, metrics.space_1, length + metrics.space_2, text)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), words)
            at += metrics.space_6 + length + metrics.space_6

    def _paint_looked_at(self, painter: QPainter) -> None:
        assert self._at is not None
        colours, metrics, area = self._theme.colours, self._theme.metrics, self._area
        x = self._place(self._at, self._y_low).x()
        painter.setPen(QPen(QColor(colours.edge), metrics.hair))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        words, text = self.words_at(self._at), metrics.caption * 1.6
        wide = painter.fontMetrics().horizontalAdvance(words) + 2 * metrics.space_2
        left = min(max(area.left(), x - wide / 2), max(area.left(), area.right() - wide))
        box = QRectF(left, area.top(), wide, text + metrics.space_1)
        painter.setPen(QPen(QColor(colours.edge), metrics.hair))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(box, metrics.radius_small, metrics.radius_small)
        painter.setPen(QColor(colours.text))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)

    # Looking at a step

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        area = self._area
        share = (event.position().x() - area.left()) / max(1.0, area.width())
        self._look_at(round(min(1.0, max(0.0, share)) * self._steps))

    def leaveEvent(self, event: object) -> None:
        self._look_at(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._look_at(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        steps = [test.step for test in self._tests]
        if not way or not steps:
            super().keyPressEvent(event)
            return
        if self._at is None:
            self._look_at(steps[-1])
            return
        place = bisect_left(steps, self._at)
        place = place - 1 if way < 0 else place + (1 if place < len(steps) and steps[place] == self._at else 0)
        self._look_at(steps[min(max(place, 0), len(steps) - 1)])

    def _look_at(self, step: int | None) -> None:
        if step != self._at:
            self._at = step
            self.setAccessibleDescription(self.words)
            self.update()

    def _wear(self) -> None:
        self.setFixedHeight(self._theme.metrics.control * 7)
        self.update()
