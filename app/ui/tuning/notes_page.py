"""Screen 1: which notes. Files and folders, and the person's own chats, each by choice; then they are read."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.core.tuning_services import TuningServices
from app.domain.conversation import ChatInfo
from app.domain.errors import AppError
from app.domain.ids import ChatId
from app.domain.notes import NotesSet, Progress, TooLittleText
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.words import push
from app.ui.settings.work import Telling, Work
from app.ui.theme import Metrics, Theme
from app.ui.tuning.draft import Draft
from app.ui.tuning.drop_zone import DropZone
from app.ui.tuning.left_out import LeftOut
from app.ui.tuning.step import Step
from app.ui.words import chat_title, counted, number

SAYS_EVERY_S = 0.1  # more sentences than this nobody can read
MOST_CHATS = 8  # in sight at once
_CHAT = Qt.ItemDataRole.UserRole


def paced(telling: Telling, words: str) -> Callable[[Progress], None]:
    """Passes on where the reader is, not more often than can be read. Raises Cancelled once the person has stopped."""
    last_s = -SAYS_EVERY_S

    def report(progress: Progress) -> None:
        nonlocal last_s
        telling.check()
        if (now_s := time.monotonic()) - last_s >= SAYS_EVERY_S:
            last_s = now_s
            telling.say(
                words.format(
                    files=number(progress.files), characters=number(progress.characters), name=Path(progress.path).name
                )
            )

    return report


class NotesPage(Step):
    def __init__(
        self,
        theme: Theme,
        draft: Draft,
        services: TuningServices,
        chats: Callable[[], Sequence[ChatInfo]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._draft, self._services, self._chats = draft, services, chats
        self.set_title(self.tr("Choose your notes"))
        self.set_lead(
            self.tr(
                "The model learns to write as they do, and some of what they say. They are read here, on this "
                "computer; your files stay as they are."
            )
        )
        self.zone = DropZone(theme, self.column)
        self.zone.dropped.connect(self.add_paths)
        self.add(self.zone)
        self.sources = self.section()
        self.choose_chats = push(self.tr("Choose chats…"), "plain", self.column)
        self.choose_chats.setCheckable(True)
        self._chats_card = self.section()
        self._chats_row = self._chats_card.row(self.tr("Your own chats"), "", self.choose_chats)
        self.chat_list = QListWidget(self.column)
        self.chat_list.setProperty("kind", "lines")
        self.chat_list.setAccessibleName(self.tr("Chats to learn from"))
        self._chats_inset = QWidget(self._chats_card)
        inset = QVBoxLayout(self._chats_inset)
        spaced(self._chats_inset, theme, inset, "", "space_4", "", "space_4", "space_3")
        inset.addWidget(self.chat_list)
        self._chats_card.join(self._chats_inset)
        self._chats_inset.hide()
        Fit(self.chat_list, theme, self._fit_chats)
        self.choose_chats.toggled.connect(self._chats_inset.setVisible)
        self.chat_list.itemChanged.connect(self._choose_chat)
        self.work = Work(theme, self.column)
        self.work.busy_changed.connect(self._enable)
        self.add(self.work)
        self.left_out = LeftOut(theme, self.column)
        self.add(self.left_out)

    @property
    def next_text(self) -> str:
        return self.tr("Read them")

    @property
    def is_ready(self) -> bool:
        return not self.work.is_busy and bool(self._draft.paths or self._draft.chats)

    @property
    def first(self) -> QWidget | None:
        return None if self.is_ready else self.zone.files

    def enter(self) -> None:
        self._list_chats()
        self._list_sources()

    def leave(self) -> None:
        self.work.abandon()
        self.left_out.forget()

    def end(self) -> None:
        self.work.end()
        self.left_out.forget()
        self.chat_list.clear()

    def add_paths(self, paths: Sequence[Path]) -> None:
        if self.work.is_busy:
            return
        self._draft.paths += [path for path in paths if path not in self._draft.paths]
        self._list_sources()

    def go_on(self) -> None:
        draft, services = self._draft, self._services
        words = self.tr("{files} files, {characters} characters read: {name}")

        def read(telling: Telling) -> NotesSet:
            return services.read_notes(tuple(draft.paths), frozenset(draft.chats), draft.choices, paced(telling, words))

        self.left_out.forget()
        self.work.run("read-notes", self.tr("Reading your notes"), read, self._take, self._refused)
        self.bring_into_view(self.work)

    def _take(self, notes: NotesSet) -> None:
        self._draft.notes = notes
        self.finished.emit()

    def _refused(self, error: AppError) -> bool:
        """Which files gave nothing stands below what went wrong, open: that is what the person can change."""
        if isinstance(error, TooLittleText):
            self.left_out.show_reports(error.reports, error.folds)
            self.left_out.files_fold.button.setChecked(True)
            self.bring_into_view(self.left_out)
        return False

    def _enable(self, is_busy: bool) -> None:
        for part in (self.zone, self.sources, self._chats_card):
            part.setEnabled(not is_busy)
        self.changed.emit()

    def _list_sources(self) -> None:
        self.sources.clear()
        for path in self._draft.paths:
            remove = push(
                self.tr("Remove"), "quiet", self.sources, self.tr("Remove {name} from the notes").format(name=path.name)
            )
            remove.clicked.connect(partial(self._remove, path))
            self.sources.row(path.name or str(path), str(path.parent), remove)
        self.sources.setVisible(bool(self._draft.paths))
        self.changed.emit()

    def _remove(self, path: Path, _checked: bool = False) -> None:
        self._draft.paths.remove(path)
        self._list_sources()
        self.zone.files.setFocus()

    def _list_chats(self) -> None:
        self.chat_list.blockSignals(True)
        self.chat_list.clear()
        offered = [chat for chat in self._chats() if not chat.is_temporary]
        self._draft.chats &= {chat.id for chat in offered}  # one may have been deleted since
        for chat in offered:
            item = QListWidgetItem(chat_title(chat), self.chat_list)
            item.setData(_CHAT, chat.id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            is_on = chat.id in self._draft.chats
            item.setCheckState(Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked)
        self.chat_list.blockSignals(False)
        self._fit_chats(self.theme.metrics)
        self.choose_chats.setEnabled(self.chat_list.count() > 0)
        self._explain_chats()

    def _fit_chats(self, metrics: Metrics) -> None:
        """As tall as its lines, up to MOST_CHATS; more scroll."""
        shown = min(max(self.chat_list.count(), 1), MOST_CHATS)
        height = self.chat_list.sizeHintForRow(0) if self.chat_list.count() else metrics.control
        self.chat_list.setFixedHeight(shown * height + 2 * metrics.space_2)

    def _choose_chat(self, item: QListWidgetItem) -> None:
        chat: ChatId = item.data(_CHAT)
        is_on = item.checkState() is Qt.CheckState.Checked
        (self._draft.chats.add if is_on else self._draft.chats.discard)(chat)
        self._explain_chats()
        self.changed.emit()

    def _explain_chats(self) -> None:
        chosen = len(self._draft.chats)
        words = (
            counted(chosen, self.tr("1 is chosen."), self.tr("%n are chosen."))
            if chosen
            else self.tr("None is chosen.")
        )
        self._chats_row.explain(
            self.tr("{words} Of a chat your own messages are learned, not the replies.").format(words=words)
        )
