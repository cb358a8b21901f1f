"""Fields and bytes of one content side by side, each selecting the other; below, what the chosen field is, in words."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from app.core.frame_fields import FieldSpan, field_spans
from app.core.frame_tensor import FrameTensor
from app.ui.privacy.field_words import field_explained, field_name
from app.ui.privacy.fields_view import FieldsView
from app.ui.privacy.hex_view import HexView
from app.ui.theme import Theme

_TALL = 6  # controls on top of each other: with less, the words stand in the fields' tool tips alone


class BytesView(QWidget):
    number_chosen = Signal(object, int, int)  # FrameTensor, row, column

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tensors: list[FrameTensor] = []
        self.fields = FieldsView(theme, self)
        self.hex = HexView(theme, self)
        self.explained = QLabel(self)
        self.explained.setProperty("kind", "muted")
        self.explained.setTextFormat(Qt.TextFormat.PlainText)
        self.explained.setWordWrap(True)
        self.explained.setMinimumWidth(1)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setObjectName("panes")
        self._splitter.addWidget(self.fields)
        self._splitter.addWidget(self.hex)
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self._splitter, 1)
        self._layout.addWidget(self.explained)
        self.fields.field_chosen.connect(self._mark_field)
        self.hex.byte_chosen.connect(self._choose_byte)
        theme.changed.connect(self._wear)
        self._wear()

    def show_content(self, content: bytes, tensors: list[FrameTensor]) -> None:
        self._tensors = tensors
        self.fields.show_fields(field_spans(content))
        self.hex.show_content(content)
        self.explained.setText(self.tr("Choose a field to see its bytes, or a byte to see its field."))

    def choose_number(self, tensor: FrameTensor, row: int, col: int) -> None:
        """A number was chosen in the picture: mark its bytes, and the tensor that holds them."""
        inner = tensor.place(row, col)
        field = self.fields.select_at(inner[0])
        if field is not None:
            self.hex.mark(field.start, field.end, inner)
            self._explain(field)

    def _mark_field(self, field: FieldSpan) -> None:
        self.hex.mark(field.start, field.end)
        self._explain(field)

    def _choose_byte(self, offset: int) -> None:
        field = self.fields.select_at(offset)
        if field is None:
            return
        self._explain(field)
        for tensor in self._tensors:
            place = tensor.number_at(offset)
            if place is not None:
                self.hex.mark(field.start, field.end, tensor.place(*place))
                self.number_chosen.emit(tensor, *place)
                return
        self.hex.mark(field.start, field.end, (offset, offset + 1))

    def _explain(self, field: FieldSpan) -> None:
        self.explained.setText(f"{field_name(field)}: {field_explained(field)}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side; one above the other only where the panel is very narrow."""
        super().resizeEvent(event)
        is_wide = event.size().width() >= self._theme.metrics.column * 3 // 4
        wanted = Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical
        if self._splitter.orientation() is not wanted:
            self._splitter.setOrientation(wanted)
        self.explained.setVisible(event.size().height() >= _TALL * self._theme.metrics.control)
        self._splitter.setSizes([2200, 2700] if is_wide else [1000, 1000])

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self._layout.setContentsMargins(0, metrics.space_2, 0, 0)
        self._layout.setSpacing(metrics.space_1)
        self._splitter.setHandleWidth(metrics.space_1)
