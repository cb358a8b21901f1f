"""Joins fine-tuning to the app's window: the action, the folder that was dropped, the line in the list of chats.

One for each time the chats are open; `end` when they are closed or locked. A job's process goes on without it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.core.tuning import JobState, TuningJob
from app.domain.conversation import ChatInfo
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from app.ui.tuning.desk import TuningDesk

if TYPE_CHECKING:
    from app.core.tuning_services import TuningServices
    from app.ui.tuning.window import TuningWindow
    from app.ui.window import ChatWindow


class TuningHost(QObject):
    def __init__(
        self,
        theme: Theme,
        preferences: Preferences,
        services: "TuningServices",
        chats: Callable[[], Sequence[ChatInfo]],
        window: "ChatWindow",
        break_off: Callable[[], None] = lambda: None,
    ) -> None:
        """break_off: from any thread, makes slow work that waits for a backend end at once."""
        super().__init__(window)
        self._theme, self._preferences, self._chats, self._main = theme, preferences, chats, window
        self._break_off = break_off
        self._told: dict[str, JobState] = {}
        self._used = self._in_use
        preferences.changed.connect(self._look_for_another)
        self.window: TuningWindow | None = None
        self.desk = TuningDesk(services, self)
        self.desk.changed.connect(self._show)
        if window.page is not None:
            window.page.sidebar.tuning.clicked.connect(self.open_job)
            window.page.composer.input.offers_folders = True
            window.page.composer.input.folders_given.connect(self.offer)
        self.desk.look()

    def open(self, paths: Sequence[Path] = ()) -> None:
        """The wizard: with files, at its first screen; else at the job under way, or where the person left off."""
        window = self._window()
        if paths:
            window.begin(paths)
        elif self.desk.followed is None or window.draft.paths or window.draft.chats:
            window.begin()
        else:
            window.open_where_it_stands()

    def open_job(self) -> None:
        if self.desk.followed is not None:
            self._window().open_job(self.desk.followed)

    def offer(self, paths: Sequence[Path]) -> None:
        """A folder was dropped on the chats: what it could be good for, one press away."""
        self._main.show_toast(
            self.tr("“{name}” is a folder. Have the model learn from the notes in it?").format(name=paths[0].name),
            self.tr("Fine-tune…"),
            lambda: self.open(paths),
        )

    def end(self) -> None:
        """Nothing of ours runs or is shown after this."""
        if self.window is not None:
            self.window.end()
            self.window.deleteLater()
            self.window = None
        self.desk.close()
        self.deleteLater()

    def _window(self) -> "TuningWindow":
        from app.ui.tuning.window import TuningWindow  # most starts never need it

        if self.window is None:
            self.window = TuningWindow(self._theme, self.desk, self._chats, self._main)
            self.window.adapter_kept.connect(self._keep)
            self.window.left_running.connect(self._say_it_goes_on)
            self.window.plan.work.stop_requested.connect(self._break_off)
        return self.window

    def _show(self, job: TuningJob | None) -> None:
        if self._main.page is not None:
            self._main.page.sidebar.tuning.show_job(job)
        if job is None:
            return
        before, state = self._told.get(job.id), job.progress.state
        self._told[job.id] = state
        is_open = self.window is not None and self.window.isVisible()
        if before not in (None, state) and state is JobState.FINISHED and not is_open:
            self._main.show_toast(
                self.tr("The fine-tuning “{name}” is done.").format(name=job.name),
                self.tr("See the result"),
                self.open_job,
            )

    @property
    def _in_use(self) -> tuple[str | None, str | None]:
        settings = self._preferences.settings
        return settings.backend, settings.model_id

    def _look_for_another(self) -> None:
        """A backend or model, chosen in the settings."""
        before, self._used = self._used, self._in_use
        if self._used != before and self.window is not None:
            self.window.plan.look_again()

    def _keep(self, path: Path, is_used: bool) -> None:
        if is_used:
            self._preferences.update(adapter=str(path))

    def _say_it_goes_on(self) -> None:
        self._main.show_toast(self.tr("The fine-tuning goes on. You find it below the list of chats."))
