"""An empty chat: what stays, what leaves, who could still read it, and ways to begin (DESIGN.md section 6)."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.ui.assets import pixmap
from app.ui.elided import ElidedButton
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
        self.body = QLabel(sentence, self)
        self.body.setProperty("kind", "muted")
        self.body.setWordWrap(True)
        self.body.setMinimumWidth(1)
        self._words = QVBoxLayout()
        self._words.addWidget(title)
        self._words.addWidget(self.body)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._layout.addLayout(self._words, 1)
        theme.changed.connect(self._wear)
        self._wear()

    def _wear(self) -> None:
        metrics, scale = self._theme.metrics, max(2.0, self.devicePixelRatioF())
        self._words.setSpacing(metrics.gap)
        self._layout.setSpacing(metrics.space_3)
        self._icon.setPixmap(pixmap(self._icon_name, self._theme.colours.accent, metrics.icon_large, scale))


class StartPage(QScrollArea):
    example_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("start")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._column = QWidget()
        self._title = QLabel(self._column)
        self._title.setProperty("kind", "title")
        self._title.setWordWrap(True)
        self._title.setMinimumWidth(1)
        self._operator = Fact(theme, "operator", self.tr("Who could still read it"), "", self._column)
        self._stays = Fact(theme, "stays", self.tr("What stays here"), "", self._column)
        self._layout = QVBoxLayout(self._column)
        self._layout.addStretch(3)
        self._layout.addWidget(self._title)
        for fact in (self._stays, self._leaves_fact(), self._operator):
            self._layout.addWidget(fact)
        self._layout.addLayout(self._example_rows())
        self._layout.addStretch(4)
        page = QWidget()
        self._outer = QHBoxLayout(page)
        self._outer.addStretch(1)
        self._outer.addWidget(self._column, 1000)
        self._outer.addStretch(1)
        self.setWidget(page)
        self.set_backend(is_on_this_computer=True)
        self.set_temporary(False)
        theme.changed.connect(self._wear)
        self._wear()

    @property
    def title(self) -> str:
        return self._title.text()

    def set_backend(self, *, is_on_this_computer: bool) -> None:
        self._operator.body.setText(leaves_explained(is_on_this_computer))

    def set_temporary(self, is_temporary: bool) -> None:
        """A temporary chat says what it is before anything is written in it."""
        if is_temporary:
            self._title.setText(self.tr("This chat is never stored"))
            self._stays.body.setText(
                self.tr(
                    "Your messages and the replies, in memory only. They are gone when Nearhalf is closed or locked, "
                    "and no search finds them afterwards."
                )
            )
        else:
            self._title.setText(self.tr("Your words stay on this computer"))
            self._stays.body.setText(
                self.tr(
                    "Your messages and the replies, encrypted: the near half of the model turns them into numbers here."
                )
            )

    def _leaves_fact(self) -> Fact:
        words = self.tr("Numbers, once a token, to the backend that runs the other half. The line below counts them.")
        return Fact(self._theme, "leaves", self.tr("What leaves"), words, self._column)

    def _example_rows(self) -> QVBoxLayout:
        self._rows = QVBoxLayout()
        self.examples: list[ElidedButton] = []
        for text in (
            self.tr("Explain why the sky is blue, in three sentences."),
            self.tr("Write a Python function that reverses a string."),
            self.tr("Suggest a name for a small bakery by the sea."),
        ):
            button = ElidedButton(text, self._column)
            button.setObjectName("example")
            button.setAccessibleName(self.tr("Example: {text}").format(text=text))
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda _=False, chosen=text: self.example_chosen.emit(chosen))
            self._rows.addWidget(button)
            self.examples.append(button)
        return self._rows

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self._column.setMaximumWidth(metrics.column)
        self._layout.setContentsMargins(0, metrics.space_6, 0, metrics.space_6)
        self._layout.setSpacing(metrics.space_4)
        self._rows.setContentsMargins(0, metrics.space_3, 0, 0)
        self._rows.setSpacing(metrics.space_2)
        self._outer.setContentsMargins(metrics.space_6, 0, metrics.space_6, 0)
