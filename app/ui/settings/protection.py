"""Privacy and lock: what stays and leaves, what opens the history, the recovery code, and when it locks."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.vault import KeyHolder, Vault, VaultState
from app.domain.errors import AppError
from app.ui.preferences import Preferences
from app.ui.settings.controls import Choice, Switch
from app.ui.settings.fact_row import FactRow
from app.ui.settings.fit import spaced
from app.ui.settings.parts import Buttons, Page
from app.ui.settings.passphrase_form import PassphraseForm
from app.ui.settings.privacy_words import facts
from app.ui.settings.recovery_code import RecoveryCode
from app.ui.settings.words import push
from app.ui.settings.work import Telling, Work
from app.ui.theme import Theme

LOCK_MINUTES = (0, 1, 5, 15, 30, 60)


class ProtectionPage(Page):
    lock_requested = Signal()

    def __init__(self, theme: Theme, preferences: Preferences, vault: Vault, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._preferences, self._vault = preferences, vault
        card = self.section(self.tr("What stays, what leaves"))
        for fact in facts():
            card.add(FactRow(theme, fact, card))
        self.work = Work(theme, self.column)
        self._build_passphrase(theme)
        self._build_recovery(theme)
        self.add(self.work)
        self._build_lock(theme)
        self.work.busy_changed.connect(lambda busy: self._enable(not busy))
        preferences.changed.connect(self._show)

    def _build_passphrase(self, theme: Theme) -> None:
        card = self.section(
            self.tr("What opens your history"),
            self.tr("It is encrypted on this disk from the first start. Each of these opens it by itself."),
        )
        self._holder_row = card.row("", "")
        self.set_button = push(self.tr("Set…"), "plain", self)
        self.remove_button = push(self.tr("Remove"), "plain", self, self.tr("Remove the passphrase"))
        self._passphrase_row = card.row(
            self.tr("Passphrase"), "", Buttons(theme, card, self.set_button, self.remove_button)
        )
        self.ask = Switch(theme)
        self._ask_row = card.row(
            self.tr("Ask for it at every start"),
            self.tr("The keyring then holds no key: without the passphrase or the recovery code nothing opens."),
            self.ask,
        )
        self.form = PassphraseForm(theme, self)
        self._form_part = self._inset(theme, self.form)
        card.add(self._form_part)
        card.set_shown(self._form_part, False)
        self._key_card = card
        self.set_button.clicked.connect(self._open_form)
        self.remove_button.clicked.connect(self._ask_to_remove)
        self.form.chosen.connect(self._set)
        self.form.left.connect(self._close_form)
        self.ask.clicked.connect(self._change_asking)

    def _build_recovery(self, theme: Theme) -> None:
        card = self.section(self.tr("Recovery code"))
        self.new_code = push(self.tr("Make a new one…"), "plain", self)
        self._code_row = card.row(
            self.tr("A code on paper"),
            self.tr("It opens your history and your backups when a passphrase is forgotten or a keyring is lost."),
            self.new_code,
        )
        self.recovery = RecoveryCode(theme, self)
        self._code_part = self._inset(theme, self.recovery)
        card.add(self._code_part)
        card.set_shown(self._code_part, False)
        self._code_card = card
        self.new_code.clicked.connect(self._ask_for_code)
        self.recovery.kept.connect(self._confirm)

    def _build_lock(self, theme: Theme) -> None:
        card = self.section(self.tr("Lock"))
        words = [(0, self.tr("Never"))]
        words += [
            (minutes, self.tr("After 1 minute") if minutes == 1 else self.tr("After {n} minutes").format(n=minutes))
            for minutes in LOCK_MINUTES[1:]
        ]
        self.after = Choice(theme, words)
        self.lock_now = push(self.tr("Lock now"), "plain", self)
        self._lock_row = card.row(
            self.tr("When nobody has touched it"),
            self.tr("Locking forgets the key and takes every text off the screen."),
            self.after,
        )
        self._now_row = card.row(self.tr("Lock"), "", self.lock_now)
        self.after.currentIndexChanged.connect(lambda: self._preferences.update(lock_after_minutes=self.after.value))
        self.lock_now.clicked.connect(self.lock_requested)

    def _inset(self, theme: Theme, part: QWidget) -> QWidget:
        inset = QWidget(self)
        layout = QVBoxLayout(inset)
        spaced(inset, theme, layout, "space_2", "space_4", "space_3")
        layout.addWidget(part)
        return inset

    def enter(self) -> None:
        self._show()

    def leave(self) -> None:
        """A code or a passphrase does not stay on a page that nobody looks at."""
        self._close_form()
        self._hide_code()

    def end(self) -> None:
        self.leave()
        self.work.end()

    @property
    def _has_passphrase(self) -> bool:
        return KeyHolder.PASSPHRASE in self._vault.holders

    def _show(self) -> None:
        holders, is_open = self._vault.holders, self._vault.state is VaultState.OPEN
        has = self._has_passphrase
        opens_itself = bool(holders & {KeyHolder.KEYRING, KeyHolder.FILE})
        self._holder_row.label.setText(self._opener())
        self._holder_row.explain(self._opener_explained())
        self._passphrase_row.explain(self.tr("Set.") if has else self.tr("None. Set one to be able to lock."))
        self.set_button.setText(self.tr("Change…") if has else self.tr("Set…"))
        self.set_button.setAccessibleName(self.tr("Change the passphrase") if has else self.tr("Set a passphrase"))
        self.remove_button.setVisible(has)
        self._key_card.set_shown(self._ask_row, has)
        self.ask.setChecked(has and not opens_itself)
        self._code_row.label.setText(
            self.tr("A code on paper: made") if KeyHolder.RECOVERY in holders else self.tr("A code on paper: none yet")
        )
        self.after.set_value(self._preferences.settings.lock_after_minutes)
        self.after.setEnabled(has)
        self.lock_now.setEnabled(has)
        self._now_row.explain("" if has else self.tr("Locking needs a passphrase."))
        self._enable(is_open and not self.work.is_busy)
        if self._vault.notice:
            self.notice.show_words("warning", self._vault.notice)

    def _opener(self) -> str:
        holders = self._vault.holders
        if KeyHolder.KEYRING in holders:
            return self.tr("This account's keyring")
        if KeyHolder.FILE in holders:
            return self.tr("A key file on this disk")
        return self.tr("Your passphrase")

    def _opener_explained(self) -> str:
        holders = self._vault.holders
        if KeyHolder.KEYRING in holders:
            return self.tr("Whoever is logged in as you can open it without being asked.")
        if KeyHolder.FILE in holders:
            return self.tr(
                "No keyring that lasts was found. Whoever can read this account's files can open your history: set a "
                "passphrase."
            )
        return self.tr("Nothing on this computer opens it without you.")

    def _enable(self, is_on: bool) -> None:
        for button in (self.set_button, self.remove_button, self.ask, self.new_code):
            button.setEnabled(is_on)

    def _open_form(self) -> None:
        self.form.ask.setChecked(self.ask.isChecked())
        self._key_card.set_shown(self._form_part, True)
        self.form.first.setFocus()

    def _close_form(self) -> None:
        self.form.forget()
        self._key_card.set_shown(self._form_part, False)

    def _set(self, passphrase: str, is_asked: bool) -> None:
        def set_it(_telling: Telling) -> None:
            self._vault.set_passphrase(passphrase, ask_at_start=is_asked)

        self._close_form()
        self.work.run(
            "set-passphrase",
            self.tr("Setting the passphrase"),
            set_it,
            lambda _: self._settled(self.tr("The passphrase is set.")),
        )

    def _change_asking(self) -> None:
        """The vault wraps its key anew, so it needs the passphrase: the form asks for it."""
        wanted = self.ask.isChecked()
        self._open_form()
        self.form.ask.setChecked(wanted)
        self.ask.setChecked(not wanted)
        self.notice.show_words("info", self.tr("Type the passphrase, the old one or a new one, to change this."))

    def _ask_to_remove(self) -> None:
        self.notice.show_words(
            "warning",
            self.tr("Remove the passphrase?"),
            self.tr("Nearhalf then opens without asking for whoever is logged in as you, and cannot be locked."),
            self.tr("Remove"),
            self._remove,
        )
        self.bring_into_view(self.notice)
        self.notice.action.setFocus()

    def _remove(self) -> None:
        def remove(_telling: Telling) -> None:
            self._vault.set_passphrase(None, ask_at_start=False)

        self.work.run(
            "remove-passphrase",
            self.tr("Removing the passphrase"),
            remove,
            lambda _: self._settled(self.tr("The passphrase is removed.")),
        )

    def _settled(self, words: str) -> None:
        if not self._has_passphrase and self._preferences.settings.lock_after_minutes:
            self._preferences.update(lock_after_minutes=0)
        self._show()
        self.work.say("info", words)

    def _ask_for_code(self) -> None:
        if KeyHolder.RECOVERY not in self._vault.holders:
            self._make_code()
            return
        self.notice.show_words(
            "warning",
            self.tr("Make a new recovery code?"),
            self.tr("The one you have stops working for this history. Older backups still open with it."),
            self.tr("Make a new one"),
            self._make_code,
        )
        self.bring_into_view(self.notice)
        self.notice.action.setFocus()

    def _make_code(self) -> None:
        self.work.run(
            "recovery-code",
            self.tr("Making a recovery code"),
            lambda _telling: self._vault.new_recovery_code(),
            self._show_code,
        )

    def _show_code(self, code: str) -> None:
        self.recovery.show_code(code)
        self._code_card.set_shown(self._code_part, True)
        self.recovery.copy_button.setFocus()
        self.bring_into_view(self._code_part)
        self._show()

    def _confirm(self, code: str) -> None:
        self._hide_code()
        try:
            self._vault.confirm_recovery_code(code)
        except AppError as error:
            self.work.say("danger", error.message, error.advice)
        self._show()

    def _hide_code(self) -> None:
        self.recovery.forget()
        self._code_card.set_shown(self._code_part, False)
