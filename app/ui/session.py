"""From the start to the end of one window: the vault, the chats in it, the backend beside them, the lock, leaving.

Two things go on side by side: the vault opens (first run, or the lock page, where it must be asked), and the backend
starts. Whichever comes last joins them: the chats can be read before there is a backend, and a backend that is ready
before the vault is open waits.
"""

from collections.abc import Callable
from functools import partial
from threading import Event as Flag
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.events import LinkChanged, LinkState
from app.core.vault import KeyHolder
from app.core.writing import Writer
from app.domain.errors import AppError, Cancelled
from app.ui.desktop_parts import Chats, Desktop, Started
from app.ui.extras import Extras
from app.ui.idle_clock import IdleClock
from app.ui.job import Job
from app.ui.preferences import Preferences
from app.ui.sentences import in_words
from app.ui.theme import Theme
from app.ui.transfer_dialogs import TransferDialogs
from app.ui.update_watch import UpdateWatch
from app.ui.window import ChatWindow

if TYPE_CHECKING:  # those are imported when they are shown: a second start needs none of them
    from app.core.shareable import ShareableChats
    from app.core.updates import Release
    from app.ui.first_run.first_run import FirstRun
    from app.ui.lock_page import LockPage
    from app.ui.settings.window import SettingsWindow

SETTLES_MS = 50  # after a page is put on show: it is painted by then
SHOWN_WITHIN_S = 5.0  # or the device's half of the model is imported all the same


class Session(QObject):
    """Makes the window; `begin` opens everything. The window's `closed` comes when nothing of ours runs any more."""

    chats_put_away = Signal()  # locked, or another history: nothing shows or reads them any more

    def __init__(self, theme: Theme, preferences: Preferences, desktop: Desktop) -> None:
        super().__init__()
        self._theme, self._preferences, self._desktop = theme, preferences, desktop
        self._chats: Chats | None = None
        self._writer: Writer | None = None  # ready, and not given to any chats
        self._choice = self._backend_choice()
        self._leaving = Flag()
        self._is_shown = Flag()  # the first page, whichever it is
        self._starting: Job | None = None
        self._must_start_again = False
        self._slow: Job | None = None  # opening, locking or leaving: one at a time
        self._settings: SettingsWindow | None = None
        self._page: FirstRun | LockPage | None = None
        self.window = ChatWindow(theme, preferences)
        self.window.set_panel_source(desktop.panel)
        self._transfer = TransferDialogs(self.window, self._files)
        self._updates = UpdateWatch(preferences, desktop.services, self)
        self._updates.found.connect(self._tell_release)
        self.extras = Extras(theme, preferences, desktop, self.window)
        self.extras.failed.connect(self.window.show_error)
        self._idle = IdleClock(self)
        self._idle.ran_out.connect(self._lock_when_idle)
        self._connect(desktop)

    def _connect(self, desktop: Desktop) -> None:
        window = self.window
        window.retry_start_requested.connect(self._start_backend)
        window.close_requested.connect(self._leave)
        window.lock_requested.connect(self.lock)
        window.settings_requested.connect(self.open_settings)
        window.tuning_requested.connect(self._tune)
        window.export_requested.connect(self._transfer.export)
        window.excerpt_requested.connect(self._transfer.export_excerpt)
        window.import_requested.connect(self._transfer.import_)
        window.ledger_export_requested.connect(
            lambda job: self._transfer.export_ledger(partial(desktop.export_ledger, job=job))
        )
        self._transfer.said.connect(lambda words, more: window.show_toast(f"{words} {more}".strip()))
        self._transfer.failed.connect(window.show_error)
        self._transfer.imported.connect(window.open_chat)
        self._preferences.changed.connect(self._follow_preferences)

    def _files(self) -> "ShareableChats | None":
        return self._desktop.chat_files if self._chats is not None else None

    def begin(self) -> None:
        if not self._preferences.settings.adapter:  # which is encrypted: the vault comes first then
            self._start_backend()
        self._run("nearhalf-open", self._desktop.vault.open_without_asking, self._take_vault, self._ask_for_key)

    # The vault

    def _take_vault(self, is_open: bool) -> None:
        if not is_open:
            self._ask_for_key(None)
        elif self._preferences.settings.is_first_run_done:
            self._open_chats()
        else:
            self._introduce()

    def _introduce(self) -> None:
        from app.ui.first_run.first_run import FirstRun

        page = FirstRun(self._theme, self._preferences, self._desktop.vault, self._desktop.services)
        page.finished.connect(self._end_introduction)
        self._show_page(page)

    def _show_page(self, page: "FirstRun | LockPage") -> None:
        self._end_page()
        self._page = page
        self.window.show_page(page)
        QTimer.singleShot(SETTLES_MS, self, self._settle)

    def _end_page(self) -> None:
        if self._page is not None:
            self._page.end()
            self._page = None

    def _end_introduction(self) -> None:
        self._end_page()
        self._preferences.update(is_first_run_done=True)
        if self._chats is None:
            self._open_chats()
        else:
            self.window.show_chat()

    def _ask_for_key(self, error: AppError | None) -> None:
        if self._leaving.is_set():
            return
        from app.ui.lock_page import LockPage

        page = LockPage(self._theme, self._desktop.vault)
        page.unlocked.connect(self._unlocked)
        page.quit_requested.connect(self.window.close)
        if error is not None:
            page.show_error(error)
        self._show_page(page)

    def _unlocked(self) -> None:
        self._end_page()
        self._take_vault(True)

    def _open_chats(self) -> None:
        try:
            self._move_old_system_message()
            chats = self._desktop.open_chats()
        except AppError as error:
            self._ask_for_key(error)
            return
        self._chats = chats
        self.window.open_chats(chats)
        self._join()
        if not chats.is_ready and self._starting is None:
            self._start_backend()
        if notice := self._desktop.vault.notice:
            self.window.show_toast(in_words(notice))
        self._restart_idle()
        QTimer.singleShot(SETTLES_MS, self, self._settle)

    def _settle(self) -> None:
        self._is_shown.set()
        if self._chats is not None and not self._leaving.is_set():
            self.extras.begin(self._chats)
            self._updates.look_if_due()

    def _tell_release(self, release: "Release") -> None:
        from app.ui.release_dialog import ReleaseDialog

        words = self.tr("Version {version} is out.").format(version=release.version)
        self.window.show_toast(
            words, self.tr("What is new"), lambda: ReleaseDialog(self._theme, release, self.window).open()
        )

    def _move_old_system_message(self) -> None:
        """Before the vault there was, it stood in settings.json."""
        if system := self._preferences.settings.system:
            self._desktop.vault.write_setting("system", system)
            self._preferences.update(system="")

    def lock(self) -> None:
        """Forget the key, and everything that was read with it."""
        if self._chats is None or self._slow is not None:
            return
        if KeyHolder.PASSPHRASE not in self._desktop.vault.holders:
            self.open_settings("privacy")  # where a passphrase is set
            return
        self._put_away(self._desktop.vault.lock, lambda: self._ask_for_key(None))

    def _put_away(self, then: Callable[[], object], done: Callable[[], None]) -> None:
        """Take every text off the screen and out of the chats, call `then` in the job, and `done` after it."""
        chats, self._chats = self._chats, None
        self.extras.end()
        self._end_settings()
        self.window.forget()

        def work() -> None:
            if chats is not None:
                self._writer = chats.detach() or self._writer
                chats.close()
            self._desktop.forget_frames()
            then()

        def finish(_: object) -> None:
            self.chats_put_away.emit()
            done()

        self._run("nearhalf-lock", work, finish, self._ask_for_key)

    # The backend

    def _backend_choice(self) -> tuple[str | None, str | None, str | None]:
        settings = self._preferences.settings
        return settings.backend, settings.model_id, settings.adapter

    def _start_backend(self) -> None:
        if self._starting is not None:
            self._must_start_again = True  # the start under way ends at its next word
            return
        self._must_start_again = False
        self._choice = self._backend_choice()
        chats, ready = self._chats, self._writer
        self._writer = None
        self.window.post(LinkChanged(LinkState.STARTING))

        def work() -> Started:
            for writer in (chats.detach() if chats is not None else None, ready):
                if writer is not None:
                    writer.close()
            return self._desktop.start_backend(self._report, lambda: self._is_shown.wait(SHOWN_WITHIN_S))

        self._starting = Job("nearhalf-start", work, self)
        self._starting.start(self._take_backend, self._fail_backend)

    def _report(self, sentence: str) -> None:
        """On the starting thread. A person who has left, or chosen another backend, cancels the start here."""
        if self._leaving.is_set() or self._must_start_again:
            raise Cancelled
        self.window.post(LinkChanged(LinkState.STARTING, sentence))

    def _take_backend(self, started: Started) -> None:
        self._starting = None
        self._writer = started.writer
        if self._leaving.is_set():
            self._finish_leaving()
        elif self._must_start_again:
            self._start_backend()
        else:
            self.window.set_backend(started.facts)
            self._join()

    def _fail_backend(self, error: AppError) -> None:
        self._starting = None
        if self._leaving.is_set():
            self._finish_leaving()
        elif self._must_start_again:
            self._start_backend()
        else:
            self.window.fail_start(error)

    def _join(self) -> None:
        if self._chats is not None and self._writer is not None:
            self._chats.attach(self._writer)
            self._writer = None
            self.window.post(LinkChanged(LinkState.READY))

    # Settings

    def open_settings(self, page: str = "") -> None:
        if self._settings is None:
            from app.ui.settings.window import SettingsWindow

            settings = SettingsWindow(
                self._theme, self._preferences, self._desktop.vault, self._desktop.services, self.window
            )
            settings.introduction_requested.connect(self._introduce_again)
            settings.lock_requested.connect(self.lock)
            settings.tuning_requested.connect(self._tune)
            settings.restored.connect(self._reopen)
            settings.everything_deleted.connect(self._begin_anew)
            self._settings = settings
        self._settings.show_page(page)

    def _tune(self) -> None:
        if self.extras.tuning is not None:
            self.extras.tuning.open()

    def _end_settings(self) -> None:
        if self._settings is not None:
            self._settings.end()
            self._settings.deleteLater()
            self._settings = None

    def _introduce_again(self) -> None:
        if self._settings is not None:
            self._settings.hide()
        self._introduce()

    def _reopen(self) -> None:
        """Another history is in the vault."""
        self._put_away(lambda: None, self._open_chats)

    def _begin_anew(self) -> None:
        """Nothing is left."""
        self._preferences.update(is_first_run_done=False)
        self._put_away(self._desktop.vault.open_without_asking, lambda: self._take_vault(True))

    def _follow_preferences(self) -> None:
        if self._backend_choice() != self._choice and not self._leaving.is_set():
            self._start_backend()
        self._restart_idle()

    # Idle

    def _restart_idle(self) -> None:
        self._idle.start(self._preferences.settings.lock_after_minutes if self._chats is not None else 0)

    def _lock_when_idle(self) -> None:
        if self._chats is not None and self._chats.busy_chat is not None:
            self._idle.again()  # not in the middle of a reply
        elif KeyHolder.PASSPHRASE in self._desktop.vault.holders:
            self.lock()

    # Leaving

    def _leave(self) -> None:
        if self._leaving.is_set():
            return
        self._leaving.set()
        self._is_shown.set()
        self._idle.stop()
        self._transfer.end()
        self._updates.end()
        self._end_page()
        self.extras.end()
        self._end_settings()
        if self._starting is not None:
            self.window.hide()  # its end goes on here
        else:
            self._finish_leaving()

    def _finish_leaving(self) -> None:
        if self._slow is not None:
            return  # opening or locking goes on, and comes here again
        writer, self._writer = self._writer, None

        def close() -> None:
            if writer is not None:
                writer.close()

        self._run("nearhalf-leave", close, lambda _: self._close_chats(), lambda _: self._close_chats())

    def _close_chats(self) -> None:
        self.window.close_chats(self.window.finish_closing)

    def _run(
        self,
        name: str,
        work: Callable[[], object],
        on_success: Callable[..., None],
        on_failure: Callable[[AppError], None],
    ) -> None:
        """One slow thing; after it, leaving goes on where the person has left meanwhile."""
        is_leaving = name == "nearhalf-leave"

        def after(then: Callable[..., None]) -> Callable[[object], None]:
            def run(result: object) -> None:
                self._slow = None
                if self._leaving.is_set() and not is_leaving:
                    if self._starting is None:
                        self._finish_leaving()
                else:
                    then(result)

            return run

        self._slow = Job(name, work, self)
        self._slow.start(after(on_success), after(on_failure))
