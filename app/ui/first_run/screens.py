"""The four screens: what stays and leaves, which backend, how the history is protected, ready."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from app.core.settings_services import SettingsServices
from app.core.vault import KeyHolder, Vault, VaultState
from app.domain.errors import AppError
from app.ui.preferences import Preferences
from app.ui.settings.backend_form import BackendForm
from app.ui.settings.fact_row import FactRow
from app.ui.settings.fit import spaced
from app.ui.settings.parts import Card
from app.ui.settings.passphrase_form import PassphraseForm
from app.ui.settings.privacy_words import Fact, facts
from app.ui.settings.recovery_code import RecoveryCode
from app.ui.settings.words import line, push
from app.ui.settings.work import Telling, Work
from app.ui.theme import Theme


class Screen(QWidget):
    """A title, a sentence, and what is below. `enter` and `leave` as for a page of the settings."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.heading = line("", "title", self)
        self.lead = line("", "muted", self)
        self.body = QVBoxLayout()
        spaced(self, theme, self.body, "space_3")
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_3")
        layout.addWidget(self.heading)
        layout.addWidget(self.lead)
        layout.addLayout(self.body)
        layout.addStretch(1)

    def say(self, heading: str, lead: str) -> None:
        self.heading.setText(heading)
        self.lead.setText(lead)
        self.setAccessibleName(heading)

    def enter(self) -> None:
        """It comes on show."""

    def leave(self) -> None:
        """It goes from show."""

    def end(self) -> None:
        """Stop what is under way, and wait for it."""


class PrivacyScreen(Screen):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.say(
            self.tr("A chat whose model is cut in two"),
            self.tr("The half that knows your words runs here. The other half runs on a backend and works on numbers."),
        )
        for fact in facts():
            self.body.addWidget(FactRow(theme, fact, self, is_inset=False))


class Option(QPushButton):
    """One of several ways, with a sentence each. A radio button to a screen reader's ears: it says whether it is on."""

    def __init__(self, theme: Theme, heading: str, sentence: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("option")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setAccessibleName(heading)
        self.setAccessibleDescription(sentence)
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "gap", "space_4", "space_3")
        for text, kind in ((heading, "strong"), (sentence, "muted")):
            label = line(text, kind, self)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(label)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.heightForWidth(width) if layout is not None else super().heightForWidth(width)


class BackendScreen(Screen):
    """The built-in backend, or one of the person's own."""

    form_opened = Signal(bool)

    def __init__(self, theme: Theme, preferences: Preferences, services: SettingsServices, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._preferences = preferences
        self.say(
            self.tr("Where should the other half run?"),
            self.tr("You can change this at any time in the settings."),
        )
        self.built_in = Option(
            theme,
            self.tr("On this computer"),
            self.tr("The built-in backend with a small model. Nothing leaves this computer; you are the operator."),
            self,
        )
        self.own = Option(
            theme,
            self.tr("On a backend that you or someone you trust runs"),
            self.tr("For larger models. Whoever runs it could rebuild your text from the numbers."),
            self,
        )
        group = QButtonGroup(self)
        for option in (self.built_in, self.own):
            group.addButton(option)
            self.body.addWidget(option)
        self.form = BackendForm(theme, services, self)
        self.form.hide()
        self.body.addWidget(self.form)
        self.added = line("", "right", self)
        self.added.hide()
        self.body.addWidget(self.added)
        self.built_in.clicked.connect(self._use_built_in)
        self.own.clicked.connect(self._open_form)
        self.form.saved.connect(self._use)
        self.form.left.connect(self._use_built_in)

    def enter(self) -> None:
        is_own = self._preferences.settings.backend is not None
        (self.own if is_own else self.built_in).setChecked(True)

    def leave(self) -> None:
        self._close_form()
        self.enter()

    def end(self) -> None:
        self.form.end()

    def _use_built_in(self) -> None:
        self._close_form()
        self.added.hide()
        self.built_in.setChecked(True)
        self._preferences.update(backend=None, model_id=None)

    def _open_form(self) -> None:
        if self._preferences.settings.backend is None:
            self.form.open(None)
            self.form.show()
            self.form_opened.emit(True)

    def _use(self, name: str) -> None:
        self._close_form()
        self._preferences.update(backend=name, model_id=None)
        self.added.setText(self.tr("{name} is added and will be used.").format(name=name))
        self.added.show()

    def _close_form(self) -> None:
        if not self.form.isHidden():
            self.form.leave()
            self.form.hide()
            self.form_opened.emit(False)


class ProtectionScreen(Screen):
    """What opens the history; a passphrase if wanted; a recovery code."""

    def __init__(self, theme: Theme, vault: Vault, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._vault = vault
        self.say(self.tr("Your history is encrypted on this disk"), "")
        self.work = Work(theme, self)
        passphrase, recovery = Card(theme, self), Card(theme, self)
        self.set_button = push(self.tr("Set a passphrase…"), "plain", self)
        self._passphrase_row = passphrase.row(
            self.tr("Passphrase (you may leave it out)"),
            self.tr("With one you can lock Nearhalf, and have it ask at every start."),
            self.set_button,
        )
        self.form = PassphraseForm(theme, self)
        self._form_part = self._inset(theme, self.form)
        passphrase.add(self._form_part)
        passphrase.set_shown(self._form_part, False)
        self.code_button = push(self.tr("Make a recovery code…"), "plain", self)
        self._code_row = recovery.row(
            self.tr("Recovery code"),
            self.tr("Print it or write it down. It opens your history and backups when all else is lost."),
            self.code_button,
        )
        self.recovery = RecoveryCode(theme, self)
        self._code_part = self._inset(theme, self.recovery)
        recovery.add(self._code_part)
        recovery.set_shown(self._code_part, False)
        self._passphrase, self._recovery = passphrase, recovery
        for part in (passphrase, recovery, self.work):
            self.body.addWidget(part)
        self.set_button.clicked.connect(self._open_form)
        self.form.left.connect(lambda: passphrase.set_shown(self._form_part, False))
        self.form.chosen.connect(self._set)
        self.code_button.clicked.connect(self._make_code)
        self.recovery.kept.connect(self._confirm)
        self.work.busy_changed.connect(self._enable)

    def _inset(self, theme: Theme, part: QWidget) -> QWidget:
        inset = QWidget(self)
        layout = QVBoxLayout(inset)
        spaced(inset, theme, layout, "", "space_4", "space_3")
        layout.addWidget(part)
        return inset

    def enter(self) -> None:
        holders = self._vault.holders
        if KeyHolder.KEYRING in holders:
            lead = self.tr(
                "This account's keyring holds the key: Nearhalf opens without asking while you are logged in."
            )
        elif KeyHolder.PASSPHRASE in holders and KeyHolder.FILE not in holders:
            lead = self.tr("Your passphrase opens it; nothing on this computer does without you.")
        else:
            lead = self.tr(
                "This computer has no keyring that lasts, so the key lies in a file that only your account reads. Set "
                "a passphrase if others use this account or the disk could be taken."
            )
        self.lead.setText(lead)
        has = KeyHolder.PASSPHRASE in holders
        self._passphrase_row.label.setText(
            self.tr("Passphrase: set") if has else self.tr("Passphrase (you may leave it out)")
        )
        self.set_button.setText(self.tr("Change it…") if has else self.tr("Set a passphrase…"))
        self.set_button.setAccessibleName(self.set_button.text())
        made = KeyHolder.RECOVERY in holders
        self._code_row.label.setText(self.tr("Recovery code: made") if made else self.tr("Recovery code"))
        self.code_button.setText(self.tr("Make a new one…") if made else self.tr("Make a recovery code…"))
        self.code_button.setAccessibleName(self.code_button.text())
        self._enable(self.work.is_busy)

    def leave(self) -> None:
        """Neither a passphrase nor a code stays where nobody looks."""
        self.form.forget()
        self._passphrase.set_shown(self._form_part, False)
        self._hide_code()

    def end(self) -> None:
        self.leave()
        self.work.end()

    def _enable(self, is_busy: bool) -> None:
        is_on = not is_busy and self._vault.state is VaultState.OPEN
        self.set_button.setEnabled(is_on)
        self.code_button.setEnabled(is_on)

    def _open_form(self) -> None:
        self._passphrase.set_shown(self._form_part, True)
        self.form.first.setFocus()

    def _set(self, passphrase: str, is_asked: bool) -> None:
        def set_it(_telling: Telling) -> None:
            self._vault.set_passphrase(passphrase, ask_at_start=is_asked)

        self._passphrase.set_shown(self._form_part, False)
        self.work.run("set-passphrase", self.tr("Setting the passphrase"), set_it, lambda _: self.enter())

    def _make_code(self) -> None:
        self.work.run(
            "recovery-code",
            self.tr("Making a recovery code"),
            lambda _telling: self._vault.new_recovery_code(),
            self._show_code,
        )

    def _show_code(self, code: str) -> None:
        self.enter()
        self.recovery.show_code(code)
        self._recovery.set_shown(self._code_part, True)
        self.recovery.print_button.setFocus()

    def _confirm(self, code: str) -> None:
        self._hide_code()
        try:
            self._vault.confirm_recovery_code(code)
        except AppError as error:
            self.work.say("danger", error.message, error.advice)
        self.enter()

    def _hide_code(self) -> None:
        self.recovery.forget()
        self._recovery.set_shown(self._code_part, False)


class ReadyScreen(Screen):
    def __init__(self, theme: Theme, preferences: Preferences, vault: Vault, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._theme, self._preferences, self._vault = theme, preferences, vault
        self.say(self.tr("Ready"), self.tr("This is how it stands. All of it can be changed in the settings."))
        self._shown: list[FactRow] = []

    def enter(self) -> None:
        for row in self._shown:
            row.hide()
            row.deleteLater()
        self._shown = [FactRow(self._theme, fact, self, is_inset=False) for fact in self._facts()]
        for row in self._shown:
            self.body.addWidget(row)

    def _facts(self) -> tuple[Fact, ...]:
        backend = self._preferences.settings.backend
        return (
            Fact(
                "operator",
                self.tr("Backend"),
                self.tr("The built-in one: it starts beside Nearhalf, on this computer.")
                if backend is None
                else self.tr("{name}: whoever runs it could rebuild your text from the numbers.").format(name=backend),
            ),
            Fact("lock", self.tr("History"), self._history()),
            Fact(
                "search",
                self.tr("Finding your way"),
                self.tr("F1 lists every key, Ctrl+Shift+P every command. The line below a chat counts what leaves."),
            ),
        )

    def _history(self) -> str:
        holders = self._vault.holders
        parts = [
            words
            for holder, words in (
                (KeyHolder.KEYRING, self.tr("this account's keyring")),
                (KeyHolder.FILE, self.tr("a key file of this account")),
                (KeyHolder.PASSPHRASE, self.tr("your passphrase")),
                (KeyHolder.RECOVERY, self.tr("the recovery code")),
            )
            if holder in holders
        ]
        return self.tr("Encrypted. What opens it: {holders}.").format(holders=", ".join(parts))
