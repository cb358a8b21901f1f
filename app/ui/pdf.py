"""A chat as PDF: its text can be selected, its fonts are inside, and nothing in it is fetched from anywhere.

Drawn with Qt, and so part of app.ui; the file itself is written as app.transfer writes every other. Runs in any thread.
"""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from PySide6.QtCore import QBuffer, QIODevice, QLocale, QMarginsF
from PySide6.QtGui import QPainter, QPdfWriter

from app.domain.conversation import StoredChat
from app.transfer.document import parts, title, when
from app.transfer.export_words import ENGLISH, ExportWords
from app.transfer.tree import branches
from app.transfer.writing import new_file
from app.ui.chat.characters import shown
from app.ui.chat.looks import Looks
from app.ui.pdf_message import MessageBoxes
from app.ui.pdf_pages import Foot, Pages
from app.ui.pdf_paper import DPI, FORMULA_SCALE, Paper, sheet

RESOLUTION = 1200  # dots an inch
ENDING = "pdf"


def export_pdf(
    target: Path,
    chat: StoredChat,
    words: ExportWords = ENGLISH,
    tell: Callable[[int, int], None] = lambda done, total: None,
    locale: QLocale | None = None,
) -> int:
    """Write the chat, and return the number of pages. `tell` gets the messages done and all, and may raise to stop.

    Raises SettingsError; what stood at `target` is then intact.
    """
    with new_file(target) as file:
        return write_pdf(file, chat, words, tell, locale or QLocale.system())


def write_pdf(
    file: BinaryIO, chat: StoredChat, words: ExportWords, tell: Callable[[int, int], None], locale: QLocale
) -> int:
    """Raises OSError where the file takes no more."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)

    def drain() -> None:
        """Qt counts for itself where in the file it stands, so what is written of it can go page by page."""
        file.write(buffer.data().data())
        buffer.close()
        buffer.setData(b"")
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)

    count = _draw(buffer, chat, words, tell, drain, locale)
    drain()
    return count


def _draw(
    device: QIODevice,
    chat: StoredChat,
    words: ExportWords,
    tell: Callable[[int, int], None],
    drain: Callable[[], None],
    locale: QLocale,
) -> int:
    page, name = sheet(locale), shown(title(chat, words))
    writer = QPdfWriter(device)
    writer.setPageSize(page.size)
    writer.setPageMargins(QMarginsF())
    writer.setResolution(RESOLUTION)
    writer.setTitle(name)
    writer.setCreator("Nearhalf")
    looks = Looks(Paper(), FORMULA_SCALE)
    done = 0

    def turn() -> None:
        drain()
        tell(done, len(chat.messages))

    painter = QPainter()
    if not painter.begin(writer):
        raise OSError(errno.EIO, "Qt cannot draw a PDF")
    try:
        painter.scale(RESOLUTION / DPI, RESOLUTION / DPI)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pages = Pages(writer, painter, page, Foot(name, looks.caption, looks.color("muted")), turn)
        boxes = MessageBoxes(looks, page.width, words, has_numbers=len(branches(chat)) > 1)
        for box in boxes.title(name, when(chat.info.created_at_ms)):
            pages.add(box)
        has_branches = False
        for part in parts(chat, all_branches=True):
            if part.instead_of is not None and not has_branches:
                has_branches = True
                for box in boxes.branches():
                    pages.add(box)
            for box in boxes.message(part):
                pages.add(box)
            done += 1
            turn()
        pages.end()
        return pages.count
    finally:
        painter.end()
