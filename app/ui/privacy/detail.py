"""The third depth: one entry. A stand-in until its parts are there."""

from PySide6.QtWidgets import QTabWidget, QWidget

from app.core.panel_feed import PanelFeed
from app.core.panel_ledger import Rows
from app.ui.privacy.summary import LastMessage
from app.ui.theme import Theme


class _Recovery(QWidget):
    def show_last(self, last: LastMessage) -> None: ...


class Detail(QTabWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.recovery = _Recovery(self)

    def set_feed(self, feed: PanelFeed | None) -> None: ...

    def show_rows(self, rows: Rows) -> None: ...

    def open_recovery(self) -> None: ...

    def set_tokens(self, tokens: object) -> None: ...

    def forget(self) -> None: ...
