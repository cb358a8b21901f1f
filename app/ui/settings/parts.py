"""What settings pages are made of: a page that scrolls, cards with a heading, rows, and lines of explanation."""

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.settings.fit import Fit, spaced
from app.ui.settings.remark import Remark
from app.ui.settings.words import line
from app.ui.theme import Theme

NARROW = 0.62  # of a column: a row this narrow puts its control below its words


class Row(QWidget):
    """Words at the left, a control at the right; below each other where there is little room."""

    def __init__(self, theme: Theme, label: str, explanation: str, control: QWidget | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.label = line(label, "body", self)
        self.explanation = line(explanation, "caption", self)
        self.explanation.setVisible(bool(explanation))
        self._words = QVBoxLayout()
        self._words.addWidget(self.label)
        self._words.addWidget(self.explanation)
        spaced(self, theme, self._words, "gap")
        self._layout = QHBoxLayout(self)
        self._layout.addLayout(self._words, 1)
        spaced(self, theme, self._layout, "space_4", "space_4", "space_3")
        self.control = control
        if control is not None:
            self._layout.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
            if not control.accessibleName():
                control.setAccessibleName(label)
            control.setAccessibleDescription(explanation)

    def lead_with(self, choice: QWidget) -> None:
        """A radio button that says the row's name itself, in the place of the label."""
        self.label.hide()
        self._words.insertWidget(0, choice)

    def explain(self, text: str) -> None:
        self.explanation.setText(text)
        self.explanation.setVisible(bool(text))
        if self.control is not None:
            self.control.setAccessibleDescription(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < self._theme.metrics.column * NARROW
        ways = QBoxLayout.Direction
        self._layout.setDirection(ways.TopToBottom if is_narrow else ways.LeftToRight)
        if self.control is not None:
            side = Qt.AlignmentFlag.AlignLeft if is_narrow else Qt.AlignmentFlag.AlignVCenter
            self._layout.setAlignment(self.control, side)


class Card(QFrame):
    """Rows on one surface, with hairlines between them."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("card")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)

    def add(self, part: QWidget) -> None:
        if self._layout.count():
            rule = QFrame(self)
            rule.setObjectName("rule")
            self._layout.addWidget(rule)
        self._layout.addWidget(part)

    def join(self, part: QWidget) -> None:
        """Add what belongs to the part above it: no line between them."""
        rule = QFrame(self)  # every second place is a line's
        rule.hide()
        self._layout.addWidget(rule)
        self._layout.addWidget(part)

    def set_shown(self, part: QWidget, is_shown: bool) -> None:
        """Show or hide one part, with the line above it where something shown stands above."""
        part.setVisible(is_shown)
        has_above = False
        for place in range(0, self._layout.count(), 2):
            item = self._widget_at(place)
            if place:
                self._widget_at(place - 1).setVisible(has_above and not item.isHidden())
            has_above = has_above or not item.isHidden()

    def _widget_at(self, place: int) -> QWidget:
        item = self._layout.itemAt(place)
        widget = item.widget() if item is not None else None
        assert widget is not None
        return widget

    def row(self, label: str, explanation: str = "", control: QWidget | None = None) -> Row:
        row = Row(self._theme, label, explanation, control, self)
        self.add(row)
        return row

    def clear(self) -> None:
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()

    @property
    def is_empty(self) -> bool:
        return self._layout.count() == 0


class Buttons(QWidget):
    """Controls beside each other, or below each other where there is no room."""

    def __init__(self, theme: Theme, parent: QWidget, *controls: QWidget) -> None:
        super().__init__(parent)
        self._controls = controls
        self._layout = QHBoxLayout(self)
        self._layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        spaced(self, theme, self._layout, "space_2")
        for control in controls:
            control.setParent(self)
            self._layout.addWidget(control)
        self._layout.addStretch(1)

    def minimumSizeHint(self) -> QSize:
        """As narrow as the widest of them."""
        width = max((max(c.minimumWidth(), c.minimumSizeHint().width()) for c in self._shown), default=0)
        return QSize(width, self._layout.sizeHint().height())

    def sizeHint(self) -> QSize:
        """As wide as all beside each other, so that they come back from below each other when there is room."""
        return QSize(self._beside, self._layout.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        way = ways.LeftToRight if self.width() >= self._beside else ways.TopToBottom
        if way != self._layout.direction():
            self._layout.setDirection(way)
            self.updateGeometry()

    @property
    def _beside(self) -> int:
        wide = sum(max(c.minimumWidth(), c.sizeHint().width()) for c in self._shown)
        return wide + self._layout.spacing() * max(0, len(self._shown) - 1)

    @property
    def _shown(self) -> list[QWidget]:
        return [control for control in self._controls if not control.isHidden()]


class Page(QScrollArea):
    """One page: its title, a sentence, and what is added below. Notices stand at its top."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page_theme = theme
        self.title = ""  # the window gives it
        self.setObjectName("settings-page")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget()
        body.setObjectName("settings-body")
        self.column = QWidget(body)
        self._layout = QVBoxLayout(self.column)
        spaced(self, theme, self._layout, "space_3", "", "space_6", "", "space_8")
        outer = QHBoxLayout(body)
        spaced(self, theme, outer, "", "space_6", "")
        outer.addWidget(self.column, 1000)
        outer.addStretch(1)
        Fit(self, theme, lambda metrics: self.column.setMaximumWidth(metrics.column))
        self.setWidget(body)
        self._heading = line("", "heading", self.column)
        self._lead = line("", "muted", self.column)
        self._lead.hide()
        self._layout.addWidget(self._heading)
        self._layout.addWidget(self._lead)
        self.notice = Remark(theme, self.column)
        self._layout.addWidget(self.notice)
        self._layout.addStretch(1)

    def set_title(self, title: str) -> None:
        self.title = title
        self.setAccessibleName(title)
        self._heading.setText(title)

    def set_lead(self, lead: str) -> None:
        self._lead.setText(lead)
        self._lead.setVisible(bool(lead))

    def add(self, part: QWidget) -> None:
        self._layout.insertWidget(self._layout.count() - 1, part)

    def section(self, heading: str = "", explanation: str = "") -> Card:
        """A card below what is there already."""
        if heading:
            self.heading(heading, explanation)
        card = Card(self._page_theme, self.column)
        self.add(card)
        return card

    def heading(self, heading: str, explanation: str = "") -> QWidget:
        words = QWidget(self.column)
        layout = QVBoxLayout(words)
        spaced(words, self._page_theme, layout, "gap", "", "space_3", "", "")
        layout.addWidget(line(heading, "strong", words))
        if explanation:
            layout.addWidget(line(explanation, "caption", words))
        self.add(words)
        return words

    def show_notice(self, tone: str, message: str, advice: str = "") -> None:
        self.notice.show_words(tone, message, advice)
        self.bring_into_view(self.notice)

    def bring_into_view(self, part: QWidget) -> None:
        """Scroll to a part, also to one that has only just been shown and has no place yet."""
        QTimer.singleShot(0, part, lambda: self.ensureWidgetVisible(part))

    def enter(self) -> None:
        """The page comes on show: read what may have changed meanwhile."""

    def leave(self) -> None:
        """It goes from show: keep what was typed."""

    def end(self) -> None:
        """The window ends: stop what is under way, and wait for it."""
