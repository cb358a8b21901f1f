"""Storage: what takes how much room; backup, restore, export; and deleting everything, which wants a typed word."""

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.core.settings_services import SettingsServices
from app.core.vault import Vault, VaultState
from app.ui.preferences import Preferences
from app.ui.settings.controls import Choice
from app.ui.settings.files import choose_folder, choose_to_save
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.parts import Buttons, Page
from app.ui.settings.restore_form import RestoreForm
from app.ui.settings.size_bar import SizeBar
from app.ui.settings.words import line, push
from app.ui.settings.work import Telling, Work
from app.ui.theme import Theme
from app.ui.words import number


class StoragePage(Page):
    restored = Signal()
    everything_deleted = Signal()

    def __init__(
        self,
        theme: Theme,
        preferences: Preferences,
        vault: Vault,
        services: SettingsServices,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._preferences, self._vault, self._services = preferences, vault, services
        self.bar = SizeBar(theme, self)
        self.section().add(self.bar)
        self.sizing = Work(theme, self.column)
        self.add(self.sizing)
        self._build_copies(theme)
        self.work = Work(theme, self.column)
        self.add(self.work)
        self._build_deletion(theme)
        self.work.busy_changed.connect(lambda busy: self._enable(not busy))

    def _build_copies(self, theme: Theme) -> None:
        card = self.section(self.tr("Copies"))
        self.back_up = push(self.tr("Back up…"), "plain", self)
        card.row(
            self.tr("Backup"),
            self.tr(
                "One encrypted file with history, settings and adapters. It opens with the passphrase or the "
                "recovery code of today."
            ),
            self.back_up,
        )
        self.restore = push(self.tr("Restore…"), "plain", self, self.tr("Restore a backup"))
        card.row(self.tr("Restore"), self.tr("Bring a backup back."), self.restore)
        self.restore_form = RestoreForm(theme, self._vault, self)
        self._restore_part = self._inset(theme, self.restore_form)
        card.add(self._restore_part)
        card.set_shown(self._restore_part, False)
        self.form = Choice(
            theme, (("markdown", self.tr("Markdown")), ("json", self.tr("JSON")), ("html", self.tr("HTML")))
        )
        self.form.setAccessibleName(self.tr("Form of the export"))
        self.export = push(self.tr("Export all…"), "plain", self, self.tr("Export all chats"))
        card.row(
            self.tr("Export all chats"),
            self.tr("Files that other programs read. They are not encrypted. JSON can be imported again."),
            Buttons(theme, card, self.form, self.export),
        )
        self._copies = card
        self.back_up.clicked.connect(self._back_up)
        self.restore.clicked.connect(self._open_restore)
        self.restore_form.left.connect(lambda: card.set_shown(self._restore_part, False))
        self.restore_form.restored.connect(self._restored)
        self.export.clicked.connect(self._export)

    def _build_deletion(self, theme: Theme) -> None:
        card = self.section(self.tr("Delete everything"))
        body = QWidget(card)
        layout = QVBoxLayout(body)
        spaced(body, theme, layout, "space_2", "space_4", "space_3")
        self.word = self.tr("delete")
        layout.addWidget(
            line(
                self.tr(
                    "History, keys, adapters, fine-tuning jobs, backends with their tokens, device packs, the ledger "
                    "and the logs. Nothing brings them back but a backup that you made. Backups elsewhere stay."
                ),
                "body",
                body,
            )
        )
        self.typed = QLineEdit(body)
        self.typed.setPlaceholderText(self.tr("Type “{word}”").format(word=self.word))
        self.typed.setAccessibleName(self.tr("Type “{word}” to confirm").format(word=self.word))
        Fit(self.typed, theme, lambda metrics: self.typed.setFixedWidth(metrics.control * 5))
        self.delete = push(self.tr("Delete everything"), "danger", body)
        layout.addWidget(Buttons(theme, body, self.typed, self.delete))
        card.add(body)
        self.typed.textChanged.connect(self._judge)
        self.delete.clicked.connect(self._delete)
        self._judge()

    def _inset(self, theme: Theme, part: QWidget) -> QWidget:
        inset = QWidget(self)
        layout = QVBoxLayout(inset)
        spaced(inset, theme, layout, "space_2", "space_4", "space_3")
        layout.addWidget(part)
        return inset

    def enter(self) -> None:
        self.sizing.run("sizes", self.tr("Adding up"), lambda _telling: self._vault.sizes(), self._show_sizes)
        self._enable(not self.work.is_busy)

    def leave(self) -> None:
        self.typed.clear()
        self.restore_form.forget()
        self._copies.set_shown(self._restore_part, False)

    def end(self) -> None:
        self.leave()
        for work in (self.sizing, self.work):
            work.end()
        self.restore_form.end()

    def _show_sizes(self, sizes: dict[str, int]) -> None:
        names = {
            "history": self.tr("History"),
            "adapters": self.tr("Adapters"),
            "tuning": self.tr("Fine-tuning jobs, with their notes"),
            "device packs": self.tr("Device packs"),
            "models": self.tr("Models of the built-in backend"),
            "ledger": self.tr("Ledger of what left"),
            "logs": self.tr("Logs"),
        }
        shown = [(words, sizes.get(name, 0)) for name, words in names.items()]
        self.bar.show_sizes(shown + [(name, count) for name, count in sizes.items() if name not in names])

    def _enable(self, is_on: bool) -> None:
        is_open = is_on and self._vault.state is VaultState.OPEN
        for button in (self.back_up, self.export):
            button.setEnabled(is_open)
        self.restore.setEnabled(is_on)
        self._judge()

    def _back_up(self) -> None:
        name = f"Nearhalf {date.today().isoformat()}.nhb"  # noqa: DTZ011  the person's own day
        target = choose_to_save(self, self.tr("Back up"), name, self.tr("Nearhalf backups (*.nhb)"))
        if target is None:
            return

        def back_up(_telling: Telling) -> None:
            self._vault.back_up(target)

        self.work.run(
            "back-up",
            self.tr("Writing the backup"),
            back_up,
            lambda _: self.work.say(
                "info",
                self.tr("The backup is written: {name}.").format(name=target.name),
                self.tr("Keep it on another disk, and the recovery code somewhere else."),
            ),
        )

    def _open_restore(self) -> None:
        self._copies.set_shown(self._restore_part, True)
        self.restore_form.choose.setFocus()

    def _restored(self) -> None:
        self._copies.set_shown(self._restore_part, False)
        self.work.say("info", self.tr("The backup is restored."), self._vault.notice)
        self.enter()
        self.restored.emit()

    def _export(self) -> None:
        folder = choose_folder(self, self.tr("Export all chats to a folder"))
        if folder is None:
            return
        form = str(self.form.value)

        def export(telling: Telling) -> int:
            return self._services.export_all(folder, form, telling.count)

        def tell(count: int) -> None:
            words = (
                self.tr("1 chat is in {folder}.") if count == 1 else self.tr("{count} chats are in {folder}.")
            ).format(count=number(count), folder=folder)
            self.work.say("info", words)

        self.work.run("export-all", self.tr("Exporting"), export, tell)

    def _judge(self) -> None:
        self.delete.setEnabled(self.typed.text().strip().casefold() == self.word.casefold() and not self.work.is_busy)

    def _delete(self) -> None:
        def delete(_telling: Telling) -> None:
            self._vault.delete_everything()
            for backend in self._services.backends.list()[0]:
                self._services.backends.remove(backend.name)

        self.typed.clear()
        self.work.run("delete-everything", self.tr("Deleting everything"), delete, lambda _: self._deleted())

    def _deleted(self) -> None:
        self._preferences.update(backend=None, model_id=None, adapter=None)
        self.everything_deleted.emit()
