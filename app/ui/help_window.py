"""Help without a network: the guides of docs/, as they came with the app, in the view that shows replies."""

import re
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QListWidget, QVBoxLayout, QWidget

from app.domain.conversation import Message, Role, Turn
from app.domain.ids import new_message_id
from app.ui.chat.foot import Foot
from app.ui.chat.view import ChatView
from app.ui.link_dialog import LinkDialog
from app.ui.theme import Theme

GUIDES = Path(__file__).resolve().parents[2] / "docs"
LIMIT_BYTES = 200_000
_BEGINS = re.compile(r"\s*(?:[-*+] |\d+[.)] |#{1,6} |\||>|```|~~~)")  # what stands on a line of its own
_FENCE = re.compile(r"\s*(?:```|~~~)")


def unwrapped(text: str) -> str:
    """A guide's paragraphs as one line each: the view shows a line's end as one, as replies mean it."""
    lines: list[str] = []
    is_fenced = is_code = False
    for line in text.splitlines():
        before = lines[-1] if lines else ""
        if _FENCE.match(line):
            is_fenced = not is_fenced
        is_code = line.startswith("    ") and (is_code or not before.strip())
        is_own = is_fenced or is_code or not line.strip() or _BEGINS.match(line)
        if is_own or not before.strip() or before.lstrip().startswith(("#", "|", "```", "~~~")):
            lines.append(line)
        else:
            lines[-1] = f"{before.rstrip()} {line.strip()}"
    return "\n".join(lines)


class GuideView(ChatView):
    """One page; nothing can be done with it but read, find, select and copy."""

    def show_page(self, text: str) -> None:
        self.clear()
        self.set_turns([Turn(Message(new_message_id(), Role.ASSISTANT, unwrapped(text)))])
        self.go_to(0, 0, -float(self._theme.metrics.space_8))

    def _place_parts(self) -> None:
        super()._place_parts()
        self.jump.hide()

    def _place_foot(self, foot: Foot, number: int) -> None:
        foot.show_row(None, self._menu_entries)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.ignore()


class HelpWindow(QDialog):
    def __init__(self, theme: Theme, parent: QWidget | None = None, folder: Path = GUIDES) -> None:
        super().__init__(parent)
        self._theme, self._folder = theme, folder
        metrics = theme.metrics
        self.setWindowTitle(self.tr("Help"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._files = [name for name in self._titles() if (folder / name).is_file()]
        self.list = QListWidget(self)
        self.list.setObjectName("pages")
        self.list.setAccessibleName(self.tr("Pages of the help"))
        self.list.addItems([self._titles()[name] for name in self._files])
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFixedWidth(metrics.sidebar)
        self.view = GuideView(theme, self)
        self.view.setAccessibleName(self.tr("Page"))
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Find in this page"))
        self.search.setAccessibleName(self.tr("Find in this page"))
        self.found = QLabel(self)
        self.found.setProperty("kind", "caption")
        self.found.hide()
        searching = QHBoxLayout()
        searching.setContentsMargins(metrics.space_4, metrics.space_2, metrics.space_4, metrics.space_2)
        searching.setSpacing(metrics.space_3)
        searching.addWidget(self.search, 1)
        searching.addWidget(self.found)
        reading = QVBoxLayout()
        reading.setSpacing(0)
        reading.addLayout(searching)
        reading.addWidget(self.view, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.list)
        layout.addLayout(reading, 1)
        self.resize(metrics.column + metrics.sidebar * 3 // 2, metrics.column)
        self.list.currentRowChanged.connect(self._show)
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(self._next)
        self.view.link_requested.connect(lambda address: LinkDialog(theme, address, self, self._advice()).open())
        self.list.setCurrentRow(0)
        if not self._files:
            self.view.show_page(self.tr("The guides did not come with this copy of Nearhalf."))

    def _titles(self) -> dict[str, str]:
        """Files, in the order of the list."""
        return {
            "help.md": self.tr("First steps"),
            "what-leaves-your-device.md": self.tr("What leaves your device"),
            "threat-model.md": self.tr("Protected from whom"),
            "recovery.md": self.tr("What could be rebuilt"),
            "redaction.md": self.tr("Redaction"),
            "storage.md": self.tr("How history is kept"),
            "export-format.md": self.tr("Exports and imports"),
            "model-files.md": self.tr("Model files"),
            "audit.md": self.tr("Check what left"),
            "wireshark.md": self.tr("Capture with Wireshark"),
            "portable.md": self.tr("Portable mode"),
            "release-feed.md": self.tr("New versions"),
        }

    def _advice(self) -> str:
        return self.tr("The browser is another program: what it sends is not counted here.")

    def _show(self, row: int) -> None:
        if not 0 <= row < len(self._files):
            return
        try:
            with (self._folder / self._files[row]).open("rb") as file:
                text = file.read(LIMIT_BYTES).decode("utf-8", "replace")
        except OSError:
            text = self.tr("This page cannot be read.")
        self.view.show_page(text)
        self._find()

    def _find(self) -> None:
        words = self.search.text()
        self.found.setVisible(bool(words))
        if not words:
            self.view.end_find()
            return
        self._say(1 if (count := self.view.find(words)) else 0, count)

    def _next(self) -> None:
        if self.search.text():
            self._say(*self.view.find_step(1))

    def _say(self, place: int, count: int) -> None:
        words = self.tr("{place} of {count}").format(place=place, count=count) if count else self.tr("Not in it")
        self.found.setText(words)
