"""The choice of a limit on what an operator could rebuild: in the settings beside each backend, and in the panel."""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from app.ui.settings.controls import Choice
from app.ui.theme import Theme
from app.ui.words import number

PERCENTS = (90, 80, 70, 60, 50, 40, 30, 20, 10, 0)


def tr(text: str) -> str:
    return QCoreApplication.translate("LimitChoice", text)


def limit_words(percent: int | None) -> str:
    if percent is None:
        return tr("No limit")
    return tr("Nothing") if percent == 0 else tr("At most {percent} %").format(percent=number(percent))


class LimitChoice(Choice):
    limit_chosen = Signal(object)  # percent, or None for no limit

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, [(percent, limit_words(percent)) for percent in (None, *PERCENTS)], parent)
        self.view().setAccessibleName(tr("What an operator may be able to rebuild"))
        self.activated.connect(lambda _: self.limit_chosen.emit(self.value))

    def show_limit(self, percent: int | None) -> None:
        """Without a signal; one that the terminal set to another number is added."""
        if percent is not None and percent not in PERCENTS and self.findData(percent) < 0:
            place = 1 + sum(offered > percent for offered in PERCENTS)
            self.insertItem(place, limit_words(percent), percent)
        self.set_value(percent)
