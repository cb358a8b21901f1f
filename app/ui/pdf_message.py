"""One message as boxes of an exported page: who speaks, what was attached, the text, and that it was cut."""

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import QObject, QPointF
from PySide6.QtGui import QFont, QTextBlockFormat, QTextCharFormat, QTextCursor

from app.domain.conversation import Role
from app.transfer.document import Part, speaker, was_cut, when
from app.transfer.export_words import ExportWords
from app.transfer.untrusted import as_line, as_text
from app.ui.chat.blocks import Code, Heading, Math, Plain, Rule, Table
from app.ui.chat.characters import shown, shown_code
from app.ui.chat.colouring import MAX_CODE, Runs, runs
from app.ui.chat.leaves import Gap, Inside, Leaf, leaves_of
from app.ui.chat.looks import Looks
from app.ui.chat.maths import Drawing, Formula, Formulas, draw, is_reasonable, read_drawing
from app.ui.chat.pieces import Document, MathPiece, RulePiece, TextPiece, indent_of
from app.ui.chat.row import MAX_MARKDOWN
from app.ui.chat.segments import Segments
from app.ui.pdf_boxes import DocumentBox, Ground, LeafBox, PaperCode, PaperTable, PieceBox, text_box
from app.ui.pdf_pages import Box

KEPT_FORMULAS = 200
HAIRLINE = (b"<svg ", b'<svg stroke-width="0" ')


class DrawnFormulas(Formulas):
    """Formulas that are there at once: a page is drawn once."""

    def __init__(self) -> None:
        QObject.__init__(self)
        self._drawn: dict[tuple[str, bool], Formula | bool] = {}

    def get(self, tex: str, looks: Looks, *, is_display: bool) -> Formula | bool | None:
        key = (tex, is_display)
        if key not in self._drawn:
            if len(self._drawn) >= KEPT_FORMULAS:
                self._drawn.clear()
            size, colour = looks.body.pixelSize(), looks.colours.text
            drawing = draw((tex, size, colour, is_display)) if is_reasonable(tex) else Drawing((tex, 0, "", False))
            # Qt strokes in a PDF what has no stroke, one pixel wide: letters become bold
            self._drawn[key] = read_drawing(replace(drawing, svg=drawing.svg.replace(*HAIRLINE, 1)))
        return self._drawn[key]


class MessageBoxes:
    """Makes the boxes, one at a time."""

    def __init__(self, looks: Looks, column: float, words: ExportWords, *, has_numbers: bool) -> None:
        self._looks, self._column, self._words, self._has_numbers = looks, column, words, has_numbers
        self._formulas = DrawnFormulas()

    def title(self, title: str, date: str) -> Iterator[Box]:
        looks, metrics = self._looks, self._looks.theme.metrics
        yield self._line([(shown(title), looks.theme.text_font(metrics.title, QFont.Weight.DemiBold), "text")], 0)
        if date:
            yield self._line([(date, looks.small, "muted")], metrics.space_1)
        yield PieceBox(self._rule(), metrics.space_3)

    def branches(self) -> Iterator[Box]:
        """Above the branches that are not on show."""
        metrics = self._looks.theme.metrics
        yield PieceBox(self._rule(), metrics.space_6)
        yield self._line([(self._words.branches, self._looks.headings[0], "text")], metrics.space_3)

    def message(self, part: Part) -> Iterator[Box]:
        looks, metrics, message = self._looks, self._looks.theme.metrics, part.message
        gap = float(metrics.space_6)
        if part.instead_of is not None:
            yield self._line([(self._words.instead_of.format(number=part.instead_of), looks.small, "muted")], gap)
            gap = float(metrics.space_1)
        name = QFont(looks.small)
        name.setWeight(QFont.Weight.DemiBold)
        number = f"{part.number}. " if self._has_numbers else ""
        speaks = [(number + shown(speaker(message, self._words)), name, "text")]
        if time := when(message.created_at_ms):
            speaks.append((f"   {time}", looks.caption, "muted"))
        yield self._line(speaks, gap)
        for attachment in message.attachments:
            words = self._words.attachment.format(name=shown(as_line(attachment.name)))
            yield self._line([(words, looks.caption, "muted")], metrics.space_2)
            yield from self._leaves(_attached(as_text(attachment.text)))
        text = as_text(message.text).strip("\n")
        if text and message.role is Role.ASSISTANT:
            yield from self._leaves(_read(Segments(text, is_plain=len(text) > MAX_MARKDOWN)))
        elif text:
            yield from self._said(text)
        if was_cut(message):
            yield self._line([(self._words.cut, looks.caption, "muted")], metrics.space_1, is_kept=False)

    def _said(self, text: str) -> Iterator[Box]:
        """The person's words, as they were written, on a panel."""
        padding, looks = self._looks.sizes.padding, self._looks
        leaves = [leaf for leaf in _read(Segments(text, is_plain=True)) if isinstance(leaf.block, Plain)]
        for number, leaf in enumerate(leaves):
            is_first, is_last = number == 0, number == len(leaves) - 1
            piece = TextPiece(leaf, looks, self._formulas)
            piece.document.setUseDesignMetrics(True)
            piece.lay_out(self._column - 2 * padding)
            yield DocumentBox(
                piece.document, looks, origin=QPointF(padding, padding - looks.sizes.panel_lift if is_first else 0),
                below=looks.sizes.panel_bottom if is_last else 0, gap=looks.theme.metrics.space_2 if is_first else 0,
                ground=Ground("panel", self._column, is_first, is_last),
            )  # fmt: skip

    def _leaves(self, leaves: Iterator[Leaf]) -> Iterator[Box]:
        before: Leaf | None = None
        for leaf, colours in _coloured(leaves):
            gap = self._looks.theme.metrics.space_1 if before is None else self._looks.gap(leaf.gap)
            goes_on = before is not None and Inside.QUOTE in leaf.inside and Inside.QUOTE in before.inside
            yield self._box(leaf, colours, gap, gap if goes_on else 0.0)
            before = leaf

    def _box(self, leaf: Leaf, colours: Runs, gap: float, bar_gap: float) -> Box:
        looks, indent = self._looks, indent_of(leaf, self._looks)
        width = max(self._column / 4, self._column - indent)
        piece: MathPiece | RulePiece | PaperCode | PaperTable | TextPiece
        box: DocumentBox | PieceBox
        match leaf.block:
            case Math() | Rule():
                piece = (
                    MathPiece(leaf, looks, self._formulas) if isinstance(leaf.block, Math) else RulePiece(leaf, looks)
                )
                piece.lay_out(width)
                box = PieceBox(piece, gap)
            case Code():
                piece = PaperCode(leaf, looks)
                piece.document.setUseDesignMetrics(True)
                piece.lay_out(width)
                piece.colour(colours)
                box = piece.box(gap)
            case Table():
                piece = PaperTable(leaf, looks, self._formulas)
                piece.document.setUseDesignMetrics(True)
                piece.lay_out(width)
                box = piece.box(gap)
            case _:
                piece = TextPiece(leaf, looks, self._formulas)
                piece.document.setUseDesignMetrics(True)
                piece.lay_out(width)
                box = text_box(piece, gap, is_kept=isinstance(leaf.block, Heading))
        return LeafBox(box, piece, looks, self._column, indent, bar_gap) if leaf.inside else box

    def _line(self, words: list[tuple[str, QFont, str]], gap: float, *, is_kept: bool = True) -> DocumentBox:
        """A line of our own, which stays with what follows."""
        document = Document(self._looks)
        document.setUseDesignMetrics(True)
        cursor = QTextCursor(document)
        cursor.setBlockFormat(QTextBlockFormat())
        for text, font, colour in words:
            format_ = QTextCharFormat()
            format_.setFont(font)
            format_.setForeground(self._looks.color(colour))
            cursor.insertText(text, format_)
        document.setTextWidth(self._column)
        return DocumentBox(document, self._looks, gap=gap, is_kept=is_kept)

    def _rule(self) -> RulePiece:
        piece = RulePiece(Leaf(Rule()), self._looks)
        piece.lay_out(self._column)
        return piece


def _read(segments: Segments) -> Iterator[Leaf]:
    before = None
    for segment in segments.all():
        yield from leaves_of(segment, before, segments.text)
        before = segment


def _attached(text: str) -> Iterator[Leaf]:
    """As code in pieces, so that one of a megabyte is no one document."""
    plain = [leaf.block for leaf in _read(Segments(text, is_plain=True)) if isinstance(leaf.block, Plain)]
    for number, block in enumerate(plain):
        is_first, is_last = number == 0, number == len(plain) - 1
        code = Code(shown_code(block.text), "", is_first, is_last, block.continues)
        yield Leaf(code, gap=Gap.BLOCK if is_first else Gap.NONE)


def _coloured(leaves: Iterator[Leaf]) -> Iterator[tuple[Leaf, Runs]]:
    """Each leaf with the colours of its code, which are read of the whole block: it may be several leaves."""
    group: list[Leaf] = []
    for leaf in leaves:
        if not isinstance(leaf.block, Code):
            yield from _with_colours(group)
            group = []
            yield leaf, ()
            continue
        group.append(leaf)
        if leaf.block.is_last or len(group) * 1000 > MAX_CODE:
            yield from _with_colours(group)
            group = []
    yield from _with_colours(group)


def _with_colours(group: list[Leaf]) -> Iterator[tuple[Leaf, Runs]]:
    codes = [leaf.block for leaf in group if isinstance(leaf.block, Code)]
    text, starts = "", []
    for number, code in enumerate(codes):
        text += "" if number == 0 or code.continues else "\n"
        starts.append(len(text))
        text += code.text
    language = codes[0].language if codes else ""
    found = runs(language, text) if language and len(text) <= MAX_CODE else ()
    for leaf, code, start in zip(group, codes, starts, strict=True):
        end = start + len(code.text)
        yield (
            leaf,
            tuple(
                (max(at, start) - start, min(at + length, end) - max(at, start), name)
                for at, length, name in found
                if at < end and at + length > start
            ),
        )
