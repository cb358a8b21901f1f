"""What the banner shows of all that is to be said: an error before a message that does not fit before the link."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.domain.errors import AppError
from app.ui.banner import Banner
from app.ui.notices import Notice, notice_of_error

SOURCES = ("error", "full", "link")  # the first that has something to say is shown


class NoticeBoard(QObject):
    step_requested = Signal(object)  # Step
    said = Signal(str)  # for a screen reader

    def __init__(self, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self._banner = banner
        self._notices: dict[str, Notice] = {}
        self._shown = ""
        banner.step_requested.connect(self.step_requested)
        banner.dismissed.connect(self._note_dismissed)

    def set(self, source: str, notice: Notice | None, *, can_dismiss: bool = True) -> None:
        """None: nothing to say any more."""
        if notice is None:
            self._notices.pop(source, None)
        else:
            self._notices[source] = notice if can_dismiss else replace(notice, can_dismiss=False)
        self._show()

    def attempt(self, request: Callable[[], object]) -> bool:
        """Ask for something; where it is refused, say why. False then."""
        try:
            request()
        except AppError as error:
            self.show_error(error)
            return False
        return True

    def show_error(self, error: AppError, *, can_retry: bool = False, can_dismiss: bool = True) -> None:
        self.set("error", notice_of_error(error, can_retry=can_retry), can_dismiss=can_dismiss)
        self.said.emit(str(error))

    def has(self, source: str) -> bool:
        return source in self._notices

    def dismiss(self) -> bool:
        """Close the notice on show, where it may be closed; False where there is none."""
        notice = self._notices.get(self._shown)
        if notice is None or not notice.can_dismiss:
            return False
        self._banner.dismiss()
        return True

    def forget(self) -> None:
        self._notices.clear()
        self._shown = ""
        self._banner.forget()

    def _show(self) -> None:
        self._shown = next((source for source in SOURCES if source in self._notices), "")
        if self._shown:
            self._banner.show_notice(self._notices[self._shown])
        else:
            self._banner.dismiss()

    def _note_dismissed(self) -> None:
        """By the person, or because nothing is left to say. What is still so is said again when it changes."""
        self._notices.pop(self._shown, None)
        self._show()
