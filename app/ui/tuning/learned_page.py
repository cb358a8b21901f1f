"""Screen 2: what will be learned, what is held back, what was left out and why, and what looks secret."""

from collections import Counter, defaultdict
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.notes import NotesChoices
from app.core.tuning_services import TuningServices
from app.domain.notes import NotesSet, SecretChoice, Unread
from app.ui.redaction.words import kind_words
from app.ui.settings.controls import Choice, Switch
from app.ui.settings.fit import spaced
from app.ui.settings.words import line
from app.ui.settings.work import Telling, Work
from app.ui.theme import Theme
from app.ui.tuning.draft import Draft
from app.ui.tuning.left_out import LeftOut
from app.ui.tuning.note_reader import NoteReader
from app.ui.tuning.notes_page import paced
from app.ui.tuning.step import Step
from app.ui.tuning.words import left_words, notes_words, secret_choices, unread_words, words_words
from app.ui.words import counted, number

MOST_TITLES = 3  # of notes that hold something secret, in one sentence
NAMES = "person"


class LearnedPage(Step):
    def __init__(self, theme: Theme, draft: Draft, services: TuningServices, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._draft, self._services = draft, services
        self.set_title(self.tr("See what will be learned"))
        self.counts = self.section()
        self.work = Work(theme, self.column)
        self.add(self.work)
        self.heading(
            self.tr("What looks secret or personal"),
            self.tr("Found by rules, which miss some. What is learned can come out in a reply, word for word."),
        )
        self.secrets = self.section()
        self.secret_choices: dict[str, Choice] = {}
        self._focused = ""
        self.names = Switch(theme)
        self.names.toggled.connect(self._look_for_names)
        self.heading(self.tr("Read it as it will be learned"))
        self.reader = NoteReader(theme, self.column)
        self.section().add(self.reader)
        self._dropped_heading = self.tr("What was left out, and why")
        self.heading(self._dropped_heading)
        self.dropped = self.section()
        self.left_out = LeftOut(theme, self.column)
        self.add(self.left_out)
        self.work.busy_changed.connect(self._enable)

    @property
    def next_text(self) -> str:
        return self.tr("Next")

    @property
    def is_ready(self) -> bool:
        return not self.work.is_busy and self._draft.notes is not None

    def enter(self) -> None:
        if self._draft.notes is not None:
            self._show(self._draft.notes)

    def leave(self) -> None:
        self.work.abandon()

    def end(self) -> None:
        self.work.end()
        self.forget()

    def forget(self) -> None:
        """Let go of every text."""
        self.reader.forget()
        self.left_out.forget()
        for card in (self.counts, self.dropped):
            card.clear()

    def _show(self, notes: NotesSet) -> None:
        self._show_counts(notes)
        self._show_secrets(notes)
        self.reader.show_notes(notes.train, notes.held_out)
        self._show_dropped(notes)
        self.changed.emit()

    def _show_counts(self, notes: NotesSet) -> None:
        self.counts.clear()
        learned, held = (sum(note.words for note in side) for side in (notes.train, notes.held_out))
        self.set_lead(
            self.tr("{notes}, {words}, of which the model learns all but those that are held back.").format(
                notes=notes_words(len(notes.train) + len(notes.held_out)), words=words_words(notes.words)
            )
        )
        self.counts.row(
            self.tr("Learned: {notes}, {words}").format(notes=notes_words(len(notes.train)), words=words_words(learned))
        )
        self.counts.row(
            self.tr("Held back for the test: {notes}, {words}").format(
                notes=notes_words(len(notes.held_out)), words=words_words(held)
            ),
            self.tr("Whole notes that it never sees, so that the result at the end is honest."),
        )
        if notes.aside:
            self.counts.row(
                self.tr("Neither learned nor tested: {notes}").format(notes=notes_words(len(notes.aside))),
                self.tr("Too like a note that is learned to say anything in the test."),
            )

    def _show_secrets(self, notes: NotesSet) -> None:
        self.names.setParent(self.column)  # stays, while the card's other parts go
        self.secrets.clear()
        self.secret_choices = {}
        chosen, found = self._draft.choices.secrets, Counter(secret.kind for secret in notes.secrets)
        titles = {note.id: note.title for note in (*notes.train, *notes.held_out, *notes.aside)}
        where: dict[str, dict[str, None]] = defaultdict(dict)
        for secret in notes.secrets:
            where[secret.kind][titles.get(secret.note_id, "")] = None
        for kind, name in kind_words().items():
            if not found[kind]:
                continue
            choice = Choice(self.theme, secret_choices(), self.secrets)
            choice.set_value(chosen.get(kind, SecretChoice.LEAVE))
            choice.currentIndexChanged.connect(partial(self._choose, kind))
            self.secret_choices[kind] = choice
            in_notes = [title for title in where[kind] if title]
            self.secrets.row(
                self.tr("{kind}: {count} found").format(kind=name, count=number(found[kind])),
                self._places(in_notes),
                choice,
            )
        if not found:
            self.secrets.row(self.tr("Nothing was found"))
        self.names.blockSignals(True)
        self.names.setChecked(NAMES in chosen)
        self.names.blockSignals(False)
        self.secrets.row(
            self.tr("Look for names of people, too"),
            self.tr("Takes a language model on this computer, and half a minute for each hundred pages."),
            self.names,
        )
        self.names.show()

    def _places(self, titles: list[str]) -> str:
        if not titles:
            return ""
        shown = ", ".join(titles[:MOST_TITLES])
        if len(titles) <= MOST_TITLES:
            return self.tr("In {titles}").format(titles=shown)
        return self.tr("In {titles} and {more} more notes").format(titles=shown, more=number(len(titles) - MOST_TITLES))

    def _show_dropped(self, notes: NotesSet) -> None:
        self.dropped.clear()
        refused: Counter[Unread] = Counter(report.error for report in notes.reports if report.error is not None)
        for why, count in refused.most_common():
            self.dropped.row(unread_words(why), counted(count, self.tr("1 file"), self.tr("%n files")))
        left = Counter[str]()
        for report in notes.reports:
            for what, count in report.left:
                left[left_words(what)] += count
        if left:
            inside = line("\n".join(self._tally(what, count) for what, count in left.most_common()), "caption", self)
            self.dropped.add(_inset(self.theme, self.tr("Within files that were read"), inside, self.dropped))
        if notes.dropped_passages or notes.replaced_secrets:
            self.dropped.row(
                self.tr("Because of what looks secret"),
                self.tr("{passages}, {places}").format(
                    passages=counted(
                        notes.dropped_passages, self.tr("1 passage left out"), self.tr("%n passages left out")
                    ),
                    places=counted(notes.replaced_secrets, self.tr("1 place replaced"), self.tr("%n places replaced")),
                ),
            )
        if self.dropped.is_empty:
            self.dropped.row(self.tr("Nothing was left out"))
        self.left_out.show_reports(notes.reports, notes.folds)

    def _tally(self, what: str, count: int) -> str:
        return self.tr("{what}: {count}").format(what=what, count=number(count))

    # Choices

    def _choose(self, kind: str, _index: int) -> None:
        value = self.secret_choices[kind].value
        assert isinstance(value, SecretChoice)
        self._read_again(replace(self._draft.choices, secrets={**self._draft.choices.secrets, kind: value}))

    def _look_for_names(self, is_on: bool) -> None:
        kinds = {kind: value for kind, value in self._draft.choices.secrets.items() if kind != NAMES}
        if is_on:
            kinds[NAMES] = SecretChoice.REPLACE
        self._read_again(replace(self._draft.choices, secrets=kinds))

    def _read_again(self, choices: NotesChoices) -> None:
        draft, services = self._draft, self._services
        words = self.tr("Looking through your notes: {name}")

        def read(telling: Telling) -> NotesSet:
            return services.read_notes(tuple(draft.paths), frozenset(draft.chats), choices, paced(telling, words))

        def take(notes: NotesSet) -> None:
            draft.choices, draft.notes = choices, notes
            self._show(notes)
            if self._focused in self.secret_choices:
                self.secret_choices[self._focused].setFocus()

        self.work.run("secrets", self.tr("Looking through your notes"), read, take)

    def _enable(self, is_busy: bool) -> None:
        """Stopped or failed, the choices in force are shown again."""
        if is_busy:
            focused = [kind for kind, choice in self.secret_choices.items() if choice.hasFocus()]
            self._focused = focused[0] if focused else ""
        self.secrets.setEnabled(not is_busy)
        if not is_busy and self.isVisible():
            self.enter()
        self.changed.emit()


def _inset(theme: Theme, heading: str, part: QWidget, parent: QWidget) -> QWidget:
    inset = QWidget(parent)
    layout = QVBoxLayout(inset)
    spaced(inset, theme, layout, "gap", "space_4", "space_3")
    layout.addWidget(line(heading, "body", inset))
    layout.addWidget(part)
    return inset
