"""Writes a conversation into one QTextDocument: a text block a line, appended to while a reply streams.

Plain text with its line breaks kept; lines between ``` fences are code. A line is judged once, when it is complete, so
the cost of a piece of text doesn't grow with the reply. It knows documents, not widgets.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from app.core.events import Message, Role
from app.domain.ids import MessageId
from app.ui.theme import Theme

PANEL = QTextFormat.Property.UserProperty.value + 1  # number of the rounded panel that the block lies on
ENTRY = QTextFormat.Property.UserProperty.value + 2  # number of the message that the block belongs to
PADDING = 12  # of a panel, on each side
FENCE = "```"
OWN_SHARE = 0.82  # of the column: the widest that the person's own message becomes


@dataclass(slots=True)
class Entry:
    """One message as it is shown."""

    id: MessageId
    role: Role
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.parts)


class Transcript:
    """The messages shown, and the document that shows them."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        self._document = document
        self._theme = theme
        self._column = float(theme.metrics.column)
        self.entries: list[Entry] = []
        self._panels = 0
        self._is_code = False
        self._is_at_line_start = True
        document.setUndoRedoEnabled(False)
        document.setDocumentMargin(0)
        self._cursor = QTextCursor(document)
        self._start()

    def set_messages(self, messages: Sequence[Message]) -> None:
        self.entries = []
        self._start()
        self._cursor.beginEditBlock()
        for message in messages:
            self.add_message(message)
        self._cursor.endEditBlock()

    def add_message(self, message: Message) -> None:
        """A message that is shown already is replaced where its text differs."""
        if message.role is Role.SYSTEM:
            return
        known = next((entry for entry in self.entries if entry.id == message.id), None)
        if known is None:
            self._begin(message.id, message.role)
            self._write(message.text)
        elif known.text != message.text:
            known.parts = [message.text]
            self.rebuild()

    def append_text(self, message_id: MessageId, text: str) -> None:
        """The next piece of a reply. The first piece of an unknown message begins it."""
        if not self.entries or self.entries[-1].id != message_id:
            self._begin(message_id, Role.ASSISTANT)
        self._write(text)

    def finish(self) -> None:
        """The last reply is complete: its last line is judged although no line break followed."""
        if (
            self.entries
            and self.entries[-1].role is Role.ASSISTANT
            and self._is_code
            and self._line().startswith(FENCE)
        ):
            self._replace_line("", self._blank_format())
            self._is_code = False

    def rebuild(self) -> None:
        """Write everything again, in the colours that are in force now."""
        entries = self.entries
        self.set_messages([Message(entry.id, entry.role, entry.text) for entry in entries])

    def set_column(self, width: float) -> None:
        """The person's own messages hug their text at the right of a column of that width."""
        if width == self._column:
            return
        self._column = width
        block = self._document.begin()
        while block.isValid():
            entry = self._entry_of(block)
            if entry is not None and entry.role is Role.USER:
                block_format = block.blockFormat()
                block_format.setLeftMargin(self._own_margin(entry.text))
                QTextCursor(block).setBlockFormat(block_format)
            block = block.next()

    def entry_of(self, position: int) -> Entry | None:
        return self._entry_of(self._document.findBlock(position))

    def foot(self) -> QTextBlock:
        """The empty block after the last message: room for what can be done with it."""
        return self._document.lastBlock()

    def _entry_of(self, block: QTextBlock) -> Entry | None:
        number = block.blockFormat().property(ENTRY)
        return self.entries[number] if isinstance(number, int) and number < len(self.entries) else None

    def _start(self) -> None:
        self._document.clear()
        self._cursor = QTextCursor(self._document)
        foot = QTextBlockFormat()
        foot.setTopMargin(PADDING + self._theme.metrics.space_2)
        foot.setLineHeight(52, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        self._cursor.insertBlock(foot)
        self._cursor.movePosition(QTextCursor.MoveOperation.Start)
        self._is_code = False
        self._is_at_line_start = True

    def _begin(self, message_id: MessageId, role: Role) -> None:
        self._is_code = False
        self.entries.append(Entry(message_id, role))
        if role is Role.USER:
            self._panels += 1
        is_first = len(self.entries) == 1
        gap = self._theme.metrics.space_4 if is_first else self._theme.metrics.space_4 + PADDING
        line_format = self._line_format(gap)
        if is_first:
            self._cursor.setBlockFormat(line_format)
            self._cursor.setBlockCharFormat(self._text_format())
        else:
            self._cursor.insertBlock(line_format, self._text_format())

    def _write(self, text: str) -> None:
        entry = self.entries[-1]
        entry.parts.append(text)
        if entry.role is Role.USER:
            block_format = self._cursor.blockFormat()
            block_format.setLeftMargin(self._own_margin(entry.text))
            self._cursor.setBlockFormat(block_format)
        self._cursor.beginEditBlock()
        first, *others = text.replace("\r\n", "\n").split("\n")
        self._cursor.insertText(first, self._text_format())
        for line in others:
            self._end_line()
            self._cursor.insertText(line, self._text_format())
        self._cursor.endEditBlock()

    def _end_line(self) -> None:
        if self.entries[-1].role is Role.USER:
            self._cursor.insertBlock(self._line_format(0), self._text_format())
            return
        line = self._line()
        if line.startswith(FENCE):
            self._turn_code(line[len(FENCE) :].strip())
        elif not self._is_code and not line:
            self._replace_line("", self._blank_format())
            self._cursor.insertBlock(self._line_format(0), self._text_format())
        else:
            self._cursor.insertBlock(self._line_format(0), self._text_format())

    def _turn_code(self, language: str) -> None:
        """A fence ended the line: it gives its place to the language's name, or to the line after it."""
        self._is_code = not self._is_code
        gap = PADDING + self._theme.metrics.space_2
        if self._is_code:
            self._panels += 1
        self._replace_line(
            language if self._is_code else "",
            self._line_format(max(gap, self._cursor.blockFormat().topMargin() + PADDING)),
        )
        if self._is_code and language:
            caption = QTextCursor(self._cursor)
            caption.movePosition(QTextCursor.MoveOperation.StartOfBlock, QTextCursor.MoveMode.KeepAnchor)
            caption.setCharFormat(self._caption_format())
            self._cursor.insertBlock(self._line_format(0), self._text_format())

    def _line(self) -> str:
        return self._cursor.block().text().strip()

    def _replace_line(self, text: str, block_format: QTextBlockFormat) -> None:
        self._cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock, QTextCursor.MoveMode.KeepAnchor)
        self._cursor.insertText(text, self._text_format())
        self._cursor.setBlockFormat(block_format)
        self._cursor.setBlockCharFormat(self._text_format())

    def _line_format(self, top: float) -> QTextBlockFormat:
        result = QTextBlockFormat()
        result.setTopMargin(top)
        result.setProperty(ENTRY, len(self.entries) - 1)
        result.setLineHeight(
            self._theme.metrics.line_height_percent, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
        )
        is_own = self.entries[-1].role is Role.USER
        if is_own or self._is_code:
            result.setProperty(PANEL, self._panels)
            result.setRightMargin(PADDING)
            result.setLeftMargin(self._own_margin(self.entries[-1].text) if is_own else PADDING)
        return result

    def _blank_format(self) -> QTextBlockFormat:
        result = self._line_format(self._cursor.blockFormat().topMargin())
        result.clearProperty(PANEL)
        result.setLineHeight(self._theme.metrics.space_3, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        return result

    def _own_margin(self, text: str) -> float:
        metrics = QFontMetricsF(self._theme.text_font(self._theme.metrics.body))
        widest = max((metrics.horizontalAdvance(line) for line in text.split("\n")), default=0.0)
        width = min(widest + 2, self._column * OWN_SHARE - 2 * PADDING)
        return max(0.0, self._column - PADDING - width)

    def _text_format(self) -> QTextCharFormat:
        metrics, colours = self._theme.metrics, self._theme.colours
        font = self._theme.code_font(metrics.small) if self._is_code else self._theme.text_font(metrics.body)
        return _characters(font, colours.text)

    def _caption_format(self) -> QTextCharFormat:
        return _characters(
            self._theme.text_font(self._theme.metrics.caption, QFont.Weight.Medium), self._theme.colours.muted
        )


def _characters(font: QFont, colour: str) -> QTextCharFormat:
    result = QTextCharFormat()
    result.setFont(font)
    result.setForeground(QColor(colour))
    return result


def spoken_role(role: Role) -> str:
    """Who speaks, in copies that run over several messages."""
    return (
        QCoreApplication.translate("Transcript", "You")
        if role is Role.USER
        else QCoreApplication.translate("Transcript", "Reply")
    )
