"""An empty chat: what stays, what leaves, who could still read it, and ways to begin (DESIGN.md section 6)."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.ui.assets import pixmap
from app.ui.theme import Theme
from app.ui.words import leaves_explained


class Fact(QWidget):
    """An icon, a heading and a sentence."""

    def __init__(self, theme: Theme, icon_name: str, heading: str, sentence: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon_name = icon_name
        self._icon = QLabel(self)
        title = QLabel(heading, self)
        title.setProperty("kind", "strong")
        body = QLabel(sentence, self)
        body.setProperty("kind", "muted")
        body.setWordWrap(True)
        body.setMinimumWidth(1)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(body)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.metrics.space_3)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        theme.changed.connect(self._wear)
        self._wear()

    def _wear(self) -> None:
        self._icon.setPixmap(
            pixmap(self._icon_name, self._theme.colours.accent, 20, max(2.0, self.devicePixelRatioF()))
        )


class StartPage(QScrollArea):
    example_chosen = Signal(str)

    def __init__(self, theme: Theme, *, is_on_this_computer: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        metrics = theme.metrics
        self.setObjectName("start")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QWidget()
        column.setMaximumWidth(metrics.column)
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, metrics.space_6, 0, metrics.space_6)
        layout.setSpacing(metrics.space_4)
        title = QLabel(self.tr("Your words stay on this computer"), column)
        title.setProperty("kind", "title")
        title.setWordWrap(True)
        layout.addStretch(3)
        layout.addWidget(title)
        layout.addSpacing(metrics.space_1)
        for fact in self._facts(theme, is_on_this_computer, column):
            layout.addWidget(fact)
        layout.addSpacing(metrics.space_3)
        layout.addLayout(self._examples(column, metrics.space_2))
        layout.addStretch(4)
        page = QWidget()
        outer = QHBoxLayout(page)
        outer.setContentsMargins(metrics.space_6, 0, metrics.space_6, 0)
        outer.addStretch(1)
        outer.addWidget(column, 1000)
        outer.addStretch(1)
        self.setWidget(page)

    def _facts(self, theme: Theme, is_on_this_computer: bool, parent: QWidget) -> tuple[Fact, ...]:
        return (
            Fact(
                theme,
                "stays",
                self.tr("What stays here"),
                self.tr(
                    "Your messages, the replies and the tokens: the near half of the model turns them into numbers."
                ),
                parent,
            ),
            Fact(
                theme,
                "leaves",
                self.tr("What leaves"),
                self.tr("Numbers, once a token, to the backend that runs the other half. The line below counts them."),
                parent,
            ),
            Fact(
                theme,
                "operator",
                self.tr("Who could still read it"),
                leaves_explained(is_on_this_computer),
                parent,
            ),
        )

    def _examples(self, parent: QWidget, gap: int) -> QGridLayout:
        layout = QGridLayout()
        layout.setSpacing(gap)
        self.examples: list[QPushButton] = []
        for number, text in enumerate(
            (
                self.tr("Explain why the sky is blue, in three sentences."),
                self.tr("Write a Python function that reverses a string."),
                self.tr("Suggest a name for a small bakery by the sea."),
            )
        ):
            button = QPushButton(text, parent)
            button.setObjectName("example")
            button.setAccessibleName(self.tr("Example: {text}").format(text=text))
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda _=False, chosen=text: self.example_chosen.emit(chosen))
            layout.addWidget(button, number, 0)
            self.examples.append(button)
        return layout
