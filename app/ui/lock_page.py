"""What stands in front of the history: the lock with its passphrase, or why it cannot be opened and what can be done.

A wrong answer costs a wait that grows: not against someone with the files, whom Argon2id slows, but against someone
who sits at this keyboard.
"""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.core.vault import Vault
from app.domain.errors import AppError, StoreDamaged, WrongKey
from app.ui.sentences import in_words
from app.ui.settings.controls import SecretField
from app.ui.settings.fit import Fit, pictured, spaced
from app.ui.settings.parts import Buttons
from app.ui.settings.restore_form import RestoreForm
from app.ui.settings.words import line, push
from app.ui.settings.work import Telling, Work
from app.ui.theme import Metrics, Theme

FREE_TRIES = 3
LONGEST_WAIT_S = 30


def wait_after(failures: int) -> int:
    """Seconds to wait after so many wrong answers in a row: none at first, then 1, 2, 4, up to LONGEST_WAIT_S."""
    return 0 if failures < FREE_TRIES else min(2 ** (failures - FREE_TRIES), LONGEST_WAIT_S)


class LockPage(QWidget):
    """Emits `unlocked` when the vault is open, by whatever way, and `quit_requested`."""

    unlocked = Signal()
    quit_requested = Signal()

    def __init__(self, theme: Theme, vault: Vault, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._vault = vault
        self._failures = 0
        self._seconds_left = 0
        self._is_asking = True  # for the passphrase, rather than saying an error
        self._caps_is_on: bool | None = None  # not known before the first key
        self.setObjectName("lock")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._tick)
        self._picture = QLabel(self)
        pictured(self._picture, theme, "lock", "accent", "control")
        self.heading = line("", "heading", self)
        self.words = line("", "muted", self)
        self.secret = SecretField(theme, self)
        self.secret.setAccessibleName(self.tr("Passphrase or recovery code"))
        self.secret.setPlaceholderText(self.tr("Passphrase or recovery code"))
        self.secret.installEventFilter(self)
        self.secret.returnPressed.connect(self._unlock)
        self.secret.textChanged.connect(self._judge)
        self.hint = line("", "wrong", self)
        self.hint.hide()
        self.unlock_button = push(self.tr("Unlock"), "primary", self)
        self.unlock_button.clicked.connect(self._unlock)
        self.retry = push(self.tr("Try again"), "primary", self)
        self.retry.clicked.connect(self._try_again)
        self.anew = push(self.tr("Begin an empty history…"), "plain", self)
        self.anew.clicked.connect(self._ask_to_begin_anew)
        self.anew_sure = push(self.tr("Keep the old files and begin"), "danger", self)
        self.anew_sure.clicked.connect(self._begin_anew)
        self.restore_button = push(self.tr("Restore a backup…"), "plain", self)
        self.restore_button.clicked.connect(self._open_restore)
        self.quit_button = push(self.tr("Quit"), "plain", self)
        self.quit_button.clicked.connect(self.quit_requested)
        self.work = Work(theme, self)
        self.work.busy_changed.connect(self._judge)
        self.restore_form = RestoreForm(theme, vault, self)
        self.restore_form.restored.connect(self._finish)
        self.restore_form.left.connect(self._close_restore)
        self._buttons = Buttons(
            theme,
            self,
            self.unlock_button,
            self.retry,
            self.restore_button,
            self.anew,
            self.anew_sure,
            self.quit_button,
        )
        self._build(theme)
        self.show_locked()

    def _build(self, theme: Theme) -> None:
        column = QWidget()
        layout = QVBoxLayout(column)
        spaced(column, theme, layout, "space_3")
        layout.addStretch(2)
        for part in (
            self._picture,
            self.heading,
            self.words,
            self.secret,
            self.hint,
            self.work,
            self._buttons,
            self.restore_form,
        ):
            layout.addWidget(part)
        layout.addStretch(3)
        body = QWidget()
        body.setObjectName("steps-body")
        middle = QHBoxLayout(body)
        spaced(self, theme, middle, "", "space_6")
        middle.addStretch(1)
        middle.addWidget(column, 1000)
        middle.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setObjectName("steps")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

        def apply(metrics: Metrics) -> None:
            column.setMaximumWidth(metrics.control * 16)

        Fit(self, theme, apply)

    def show_locked(self) -> None:
        """Ask for the passphrase or the recovery code."""
        self._forget()
        self.heading.setText(self.tr("Nearhalf is locked"))
        self.words.setText(self.tr("The recovery code works too, with or without its hyphens."))
        self._offer(self.secret, self.unlock_button, self.restore_button, self.quit_button)
        if self.isVisible():
            self.secret.setFocus()

    def show_error(self, error: AppError) -> None:
        """The history cannot be opened: what happened, and what can be done about it."""
        self._forget()
        self.heading.setText(in_words(error.message))
        kept = self.tr("Nothing was deleted, and nothing will be.")
        self.words.setText(" ".join(filter(None, (in_words(error.advice), kept))))
        ways: list[QWidget] = [self.retry, self.restore_button]
        if isinstance(error, StoreDamaged):
            ways.append(self.anew)
        self._offer(*ways, self.quit_button)
        if self.isVisible():
            self.retry.setFocus()

    def end(self) -> None:
        """Stop what is under way, and wait for it; forget what was typed."""
        self._clock.stop()
        self.work.end()
        self.restore_form.end()
        self._forget()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        (self.retry if self.secret.isHidden() else self.secret).setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        self._forget()
        self._clock.stop()
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt has no question for caps lock: a letter that comes large without Shift tells."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self._notice_caps(event)
        return super().eventFilter(watched, event)

    def _notice_caps(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_CapsLock and self._caps_is_on is not None:
            self._caps_is_on = not self._caps_is_on
        elif (text := event.text()) and text.isalpha() and text.upper() != text.lower():
            has_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._caps_is_on = text.isupper() != has_shift
        self._say_hint()

    def _offer(self, *parts: QWidget) -> None:
        everything = (
            self.secret,
            self.unlock_button,
            self.retry,
            self.restore_button,
            self.anew,
            self.anew_sure,
            self.quit_button,
        )
        for part in everything:
            part.setVisible(part in parts)
        self.restore_form.hide()
        self._buttons.show()
        self.words.show()
        self._say_hint()
        self._judge()

    def _judge(self) -> None:
        is_free = not self.work.is_busy and not self._seconds_left
        self.secret.setEnabled(not self.work.is_busy)
        self.unlock_button.setEnabled(is_free and bool(self.secret.text()))
        for button in (self.retry, self.anew, self.anew_sure, self.restore_button):
            button.setEnabled(not self.work.is_busy)

    def _unlock(self) -> None:
        if not self.unlock_button.isEnabled():
            return
        secret = self.secret.text()

        def unlock(_telling: Telling) -> None:
            self._vault.unlock(secret)

        self.work.run("unlock", self.tr("Unlocking"), unlock, lambda _: self._finish(), self._fail)

    def _fail(self, error: AppError) -> bool:
        if isinstance(error, WrongKey):
            self._failures += 1
            self._seconds_left = wait_after(self._failures)
            self.secret.selectAll()
            self.secret.setFocus()
            self._say_hint()
            if self._seconds_left:
                self._clock.start()
            self._judge()
            return True
        self.show_error(error)
        return True

    def _say_hint(self) -> None:
        parts = []
        if self._failures:
            parts.append(self.tr("That does not open it."))
        if self._seconds_left:
            parts.append(
                self.tr("Try again in 1 second.")
                if self._seconds_left == 1
                else self.tr("Try again in {n} seconds.").format(n=self._seconds_left)
            )
        if self._caps_is_on:
            parts.append(self.tr("Caps Lock is on."))
        self.hint.setText(" ".join(parts))
        self.hint.setVisible(bool(parts) and not self.secret.isHidden())

    def _tick(self) -> None:
        self._seconds_left = max(0, self._seconds_left - 1)
        if not self._seconds_left:
            self._clock.stop()
        self._say_hint()
        self._judge()

    def _try_again(self) -> None:
        def try_again(_telling: Telling) -> bool:
            return self._vault.open_without_asking()

        self.work.run("open-history", self.tr("Opening your history"), try_again, self._opened_or_locked, self._still)

    def _opened_or_locked(self, is_open: bool) -> None:
        if is_open:
            self._finish()
        else:
            self.show_locked()

    def _still(self, error: AppError) -> bool:
        self.show_error(error)
        return True

    def _ask_to_begin_anew(self) -> None:
        self.words.setText(
            self.tr("The damaged history and its keys are set aside in the data folder, and an empty one is begun.")
        )
        self.anew.hide()
        self.anew_sure.show()
        self.anew_sure.setFocus()

    def _begin_anew(self) -> None:
        def begin(_telling: Telling) -> None:
            self._vault.start_anew()

        self.work.run(
            "begin-anew", self.tr("Setting the old files aside"), begin, lambda _: self._finish(), self._still
        )

    def _open_restore(self) -> None:
        self._buttons.hide()
        self._is_asking = not self.secret.isHidden()
        self.secret.hide()
        self.words.hide()
        self._say_hint()
        self.restore_form.show()
        self.restore_form.choose.setFocus()

    def _close_restore(self) -> None:
        self.restore_form.hide()
        self._buttons.show()
        self.words.show()
        self.secret.setVisible(self._is_asking)
        self._say_hint()
        self.restore_button.setFocus()

    def _finish(self) -> None:
        self._failures = 0
        self._clock.stop()
        self._seconds_left = 0
        self._forget()
        self.unlocked.emit()

    def _forget(self) -> None:
        self.secret.clear_secret()
        self.restore_form.forget()
        self._say_hint()
