"""Export and import from the window: where to, how, how far it is, and what came of it."""

from collections.abc import Callable
from pathlib import Path
from threading import Event as Flag
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QFileDialog, QProgressDialog, QWidget

from app.domain.conversation import StoredChat
from app.domain.errors import AppError, Cancelled
from app.domain.ids import ChatId
from app.transfer.export_words import ExportWords
from app.transfer.report import Dropped, ImportReport
from app.ui.job import Job, on_gui_thread
from app.ui.words import counted

if TYPE_CHECKING:
    from app.core.shareable import ShareableChats


def tr(text: str) -> str:
    return QCoreApplication.translate("transfer", text)


def export_words() -> ExportWords:
    """In the person's language."""
    return ExportWords(
        language=tr("en"),
        untitled=tr("Untitled chat"),
        user=tr("You"),
        assistant=tr("Reply"),
        system=tr("System message"),
        attachment=tr("Attachment: {name}"),
        branches=tr("Other branches"),
        instead_of=tr("Instead of message {number}"),
        cut=tr("This reply was cut."),
    )


def dropped_words(why: Dropped) -> str:
    """Why something of an import was left out."""
    return {
        Dropped.ALREADY_THERE: tr("chats that are here already"),
        Dropped.EMPTY: tr("chats without a message"),
        Dropped.DAMAGED_CHAT: tr("chats that could not be read"),
        Dropped.DAMAGED_MESSAGE: tr("messages that could not be read"),
        Dropped.INSTRUCTIONS: tr("instructions that the service gave its model"),
        Dropped.TOOLS: tr("calls of tools and their results"),
        Dropped.THOUGHTS: tr("notes that the model made before it answered"),
        Dropped.HIDDEN: tr("messages that the service does not show"),
        Dropped.FILES: tr("pictures, sounds and files that are not in the export"),
        Dropped.NO_PLACE: tr("tags, ratings and other things that Nearhalf has no place for"),
        Dropped.BROKEN_LINK: tr("messages whose place in the chat was unclear (kept, as well as possible)"),
    }[why]


def import_words(report: ImportReport) -> tuple[str, str]:
    """What came, and what was left out."""
    came = tr("Imported {chats} chats with {messages} messages.").format(chats=report.chats, messages=report.messages)
    lost = [f"{count} {dropped_words(why)}" for why, count in report.dropped.items()]
    return came, tr("Left out: {what}.").format(what="; ".join(lost)) if lost else ""


class TransferDialogs(QObject):
    """One at a time. `chats` gives those that are open, or None."""

    said = Signal(str, str)  # what came of it, and what else there is to know
    failed = Signal(object)  # AppError
    imported = Signal(object)  # ChatId of the first chat that came

    def __init__(self, window: QWidget, chats: "Callable[[], ShareableChats | None]") -> None:
        super().__init__(window)
        self._window, self._open = window, chats
        self._job: Job | None = None
        self._stopped = Flag()
        self._progress: QProgressDialog | None = None
        self._counted = on_gui_thread(self, self._count)

    def export(self, chat: ChatId | None) -> None:
        """Ask where to, and write one chat, or (None) all."""
        from app.transfer.writing import ExportFormat, suggested_name

        chats = self._open()
        if chats is None or self._job is not None:
            return
        name = suggested_name(chats.whole(chat), ExportFormat.MARKDOWN) if chat is not None else "nearhalf-chats.json"
        everything = tr("Nearhalf's own JSON, with everything (*.json)")
        if target := self._ask_where(name, [everything] if chat is None else [*_documents(), everything]):
            self.export_to(chats, chat, target)

    def export_to(self, chats: "ShareableChats", chat: ChatId | None, target: Path) -> None:
        from app.transfer.writing import ExportFormat
        from app.ui import pdf  # 0.1 s that the window's start need not wait for

        words = export_words()

        def work() -> int:
            if chat is None:
                return chats.export_all(target, ExportFormat.JSON, words, self._tell)
            if _ending(target) == pdf.ENDING:
                pdf.export_pdf(target, chats.whole(chat), words, self._tell)
            else:
                chats.export(chat, target, ExportFormat(_ending(target)), words)
            return 1

        def done(count: int) -> None:
            self.said.emit(
                counted(count, tr("Exported 1 chat to {path}."), tr("Exported %n chats to {path}.")).format(
                    path=target
                ),
                tr("The file is not encrypted: whoever has it can read it."),
            )

        self._run(tr("Exporting…"), work, done)

    def export_excerpt(self, excerpt: StoredChat) -> None:
        """Ask where to, and write what is selected of a chat: a document, for it is no chat to be imported again."""
        from app.transfer.writing import ExportFormat, suggested_name

        if self._job is None and (
            target := self._ask_where(suggested_name(excerpt, ExportFormat.MARKDOWN), _documents())
        ):
            self.export_excerpt_to(excerpt, target)

    def export_excerpt_to(self, excerpt: StoredChat, target: Path) -> None:
        from app.transfer.writing import ExportFormat, export_chat
        from app.ui import pdf  # 0.1 s that the window's start need not wait for

        words = export_words()

        def work() -> None:
            if _ending(target) == pdf.ENDING:
                pdf.export_pdf(target, excerpt, words, self._tell)
            else:
                export_chat(target, ExportFormat(_ending(target)), excerpt, words)

        def done(_: object) -> None:
            self.said.emit(
                tr("Exported the selection to {path}.").format(path=target),
                tr("The file is not encrypted: whoever has it can read it."),
            )

        self._run(tr("Exporting…"), work, done)

    def _ask_where(self, name: str, kinds: list[str]) -> Path | None:
        """`kinds`: what can be written, each with its ending, the suggested name's first."""
        target, kind = QFileDialog.getSaveFileName(
            self._window, tr("Export: the file will not be encrypted"), str(Path.home() / name), ";;".join(kinds)
        )
        return chosen_file(Path(target), kind, kinds, Path(name).suffix) if target else None

    def export_ledger(self, write: Callable[[Path, Callable[[int, int], None]], str]) -> None:
        """Ask where to, and `write` a signed export there; it returns the fingerprint of the key that signed it."""
        if self._job is not None:
            return
        target, _ = QFileDialog.getSaveFileName(
            self._window,
            tr("Export what was sent and received, signed, for somebody else to check"),
            str(Path.home() / "nearhalf-audit.zip"),
            tr("Archives (*.zip)"),
        )
        if target:
            self.export_ledger_to(Path(target), write)

    def export_ledger_to(self, target: Path, write: Callable[[Path, Callable[[int, int], None]], str]) -> None:
        def done(fingerprint: str) -> None:
            self.said.emit(
                tr("The ledger and what is kept of its frames is in {path}.").format(path=target),
                tr("Signed by the key {fingerprint}.").format(fingerprint=fingerprint),
            )

        self._run(tr("Exporting…"), lambda: write(target, self._tell), done)

    def import_(self) -> None:
        chats = self._open()
        if chats is None or self._job is not None:
            return
        source, _ = QFileDialog.getOpenFileName(
            self._window,
            tr("Import chats of ChatGPT, Claude, Open WebUI or Nearhalf"),
            str(Path.home()),
            tr("Exports (*.json *.zip);;All files (*)"),
        )
        if source:
            self.import_from(chats, Path(source))

    def import_from(self, chats: "ShareableChats", source: Path) -> None:
        def done(result: tuple[ImportReport, ChatId | None]) -> None:
            report, first = result
            if first is not None:
                self.imported.emit(first)
            self.said.emit(*import_words(report))

        self._run(tr("Importing…"), lambda: chats.import_file(source, self._tell), done)

    def end(self) -> None:
        """Stop what is under way, and wait for it."""
        if self._job is not None:
            self._stopped.set()
            self._job.wait(15.0)
        self._close()

    def _run(self, words: str, work: Callable[[], object], done: Callable[..., None]) -> None:
        self._stopped.clear()
        self._progress = QProgressDialog(words, tr("Stop"), 0, 0, self._window)
        self._progress.setWindowTitle(tr("Nearhalf"))
        self._progress.setMinimumDuration(400)
        self._progress.canceled.connect(self._stopped.set)

        def succeed(result: object) -> None:
            self._close()
            done(result)

        def fail(error: AppError) -> None:
            self._close()
            if not isinstance(error, Cancelled):
                self.failed.emit(error)

        self._job = Job("nearhalf-transfer", work, self)
        self._job.start(succeed, fail)

    def _tell(self, done: int, total: int) -> None:
        """On the job's thread."""
        if self._stopped.is_set():
            raise Cancelled
        self._counted(done, total)

    def _count(self, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress.setRange(0, total)
            self._progress.setValue(min(done, total))

    def _close(self) -> None:
        self._job = None
        if self._progress is not None:
            self._progress.canceled.disconnect()
            self._progress.close()
            self._progress.deleteLater()
            self._progress = None


def _documents() -> list[str]:
    return [tr("Markdown (*.md)"), tr("PDF (*.pdf)"), tr("Web page (*.html)")]


def _ending(target: Path) -> str:
    return target.suffix[1:].lower()


def chosen_file(target: Path, kind: str, kinds: list[str], suggested: str) -> Path:
    """The file as it was named, with the ending of a kind that is offered.

    Not every dialog changes the ending of the name with the kind. So a name that still ends as `suggested` takes that
    of the kind chosen; then nobody was asked whether it may be replaced, and a file that is there keeps its place.
    """
    endings = [each.rpartition("*")[2].rstrip(")") for each in kinds]
    wanted = next((ending for each, ending in zip(kinds, endings, strict=True) if each == kind), endings[0])
    suffix = target.suffix.lower()
    if suffix in endings and (suffix != suggested or suffix == wanted):
        return target
    stem = target.stem if suffix in endings else target.name
    named, number = target.with_name(f"{stem}{wanted}"), 1
    while named.exists():
        number += 1
        named = target.with_name(f"{stem} {number}{wanted}")
    return named
