"""How a chat, a group, and a search hit are drawn in the sidebar. All sizes and colours are tokens of the theme."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.domain.conversation import ChatInfo, SearchHit
from app.ui.assets import pixmap
from app.ui.chat_list import Group, ListRole
from app.ui.theme import Theme
from app.ui.words import chat_title, number

Index = QModelIndex | QPersistentModelIndex
HIT_ROLE = Qt.ItemDataRole.UserRole + 1


class Painted(QStyledItemDelegate):
    """What all rows share: the rounded ground, the focus ring, one line of text, icons from the theme."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def ground(self, painter: QPainter, option: QStyleOptionViewItem, fill: str | None) -> QRect:
        """Draw what lies under a row, and return where its words go."""
        metrics, colours = self._theme.metrics, self._theme.colours
        rect = option.rect.adjusted(metrics.space_2, metrics.hair, -metrics.space_2, -metrics.hair)
        state = option.state
        if fill is None and state & QStyle.StateFlag.State_MouseOver:
            fill = colours.panel
        painter.setPen(Qt.PenStyle.NoPen)
        if fill is not None:
            painter.setBrush(QColor(fill))
            if self._theme.has_high_contrast:  # a soft ground alone says too little there
                painter.setPen(QColor(colours.edge))
            painter.drawRoundedRect(rect, metrics.radius_small, metrics.radius_small)
        if state & QStyle.StateFlag.State_HasFocus:
            pen = QPen(QColor(colours.accent))
            pen.setWidth(metrics.ring)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            half = metrics.ring / 2
            painter.drawRoundedRect(
                QRectF(rect).adjusted(half, half, -half, -half), metrics.radius_small, metrics.radius_small
            )
        return rect.adjusted(metrics.space_2, 0, -metrics.space_2, 0)

    def line(self, painter: QPainter, rect: QRect, text: str, font: QFont, colour: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading | Qt.TextFlag.TextSingleLine
        words = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(flags), words)

    def icon(self, painter: QPainter, rect: QRect, name: str, colour: str, *, at_end: bool, is_mirrored: bool) -> QRect:
        """Draw an icon at one end of `rect`, and return what is left of it."""
        metrics = self._theme.metrics
        size, step = metrics.icon_small, metrics.icon_small + metrics.space_1
        at_right = at_end != is_mirrored
        left = rect.right() - size + 1 if at_right else rect.left()
        picture = pixmap(name, colour, size, painter.device().devicePixelRatioF())
        painter.drawPixmap(left, rect.center().y() - size // 2 + 1, picture)
        return rect.adjusted(0, 0, -step, 0) if at_right else rect.adjusted(step, 0, 0, 0)


class ChatRow(Painted):
    """A chat or a group in the list."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._theme.metrics.space_8, self._theme.metrics.control)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(option.rect)
        group = index.data(ListRole.GROUP)
        if isinstance(group, Group):
            self._paint_group(painter, option, group)
        else:
            self._paint_chat(painter, option, index)
        painter.restore()

    def _paint_group(self, painter: QPainter, option: QStyleOptionViewItem, group: Group) -> None:
        colours, metrics = self._theme.colours, self._theme.metrics
        rect = self.ground(painter, option, None)
        is_mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        is_open = bool(option.state & QStyle.StateFlag.State_Open)
        if group.folder is not None:
            rect = self.icon(painter, rect, "folder", colours.muted, at_end=False, is_mirrored=is_mirrored)
        closed = "chevron_left" if is_mirrored else "chevron_right"
        rect = self.icon(
            painter, rect, "chevron_down" if is_open else closed, colours.muted, at_end=True, is_mirrored=is_mirrored
        )
        text = group.title if is_open or not group.chats else f"{group.title}  {number(len(group.chats))}"
        self.line(painter, rect, text, self._theme.text_font(metrics.caption, QFont.Weight.DemiBold), colours.muted)

    def _paint_chat(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, metrics = self._theme.colours, self._theme.metrics
        chat: ChatInfo = index.data(ListRole.CHAT)
        is_shown, is_unread = bool(index.data(ListRole.IS_SHOWN)), bool(index.data(ListRole.IS_UNREAD))
        rect = self.ground(painter, option, colours.accent_soft if is_shown else None)
        is_mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        if index.parent().data(ListRole.GROUP).folder is not None:
            step = metrics.icon_small + metrics.space_1  # under the folder's name
            rect = rect.adjusted(0, 0, -step, 0) if is_mirrored else rect.adjusted(step, 0, 0, 0)
        if index.data(ListRole.IS_WRITING):
            rect = self._dots(painter, rect, 3, is_mirrored)
        elif is_unread:
            rect = self._dots(painter, rect, 1, is_mirrored)
        for name, is_wanted in (("draft", bool(chat.draft) and not is_shown), ("temporary", chat.is_temporary)):
            if is_wanted:
                rect = self.icon(painter, rect, name, colours.muted, at_end=True, is_mirrored=is_mirrored)
        weight = QFont.Weight.DemiBold if is_unread else QFont.Weight.Normal
        self.line(painter, rect, chat_title(chat), self._theme.text_font(metrics.small, weight), colours.text)

    def _dots(self, painter: QPainter, rect: QRect, count: int, is_mirrored: bool) -> QRect:
        """One disc: a reply that nobody has seen. Three small ones: a reply is being written."""
        metrics = self._theme.metrics
        size = metrics.space_2 if count == 1 else metrics.space_1
        width = count * size + (count - 1) * metrics.gap
        left = rect.left() if is_mirrored else rect.right() - width + 1
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.accent))
        for at in range(count):
            painter.drawEllipse(QRectF(left + at * (size + metrics.gap), rect.center().y() - size / 2 + 1, size, size))
        taken = width + metrics.space_1
        return rect.adjusted(taken, 0, 0, 0) if is_mirrored else rect.adjusted(0, 0, -taken, 0)

    # Renaming in place

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setObjectName("rename")
        editor.setAccessibleName(self.tr("New name"))
        editor.setPlaceholderText(self.tr("Automatic title"))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        metrics = self._theme.metrics
        editor.setGeometry(option.rect.adjusted(metrics.space_1, 0, -metrics.space_1, 0))

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Esc belongs to the editor while it is open, not to the window."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        return super().eventFilter(editor, event)


class HitRow(Painted):
    """A search hit: the chat's title, and below it what was found, with the words marked."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        metrics = self._theme.metrics
        lines = QFontMetrics(self._theme.text_font(metrics.small)).lineSpacing()
        lines += 2 * QFontMetrics(self._theme.text_font(metrics.caption)).lineSpacing()
        return QSize(metrics.space_8, lines + 2 * metrics.space_2)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        hit: SearchHit = index.data(HIT_ROLE)
        colours, metrics = self._theme.colours, self._theme.metrics
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(option.rect)
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        rect = self.ground(painter, option, colours.accent_soft if is_current else None)
        font = self._theme.text_font(metrics.small, QFont.Weight.DemiBold)
        height = QFontMetrics(font).lineSpacing()
        top = rect.top() + metrics.space_2 - metrics.gap
        title = QRect(rect.left(), top, rect.width(), height)
        self.line(painter, title, hit.title or self.tr("Chat"), font, colours.text)
        self._snippet(painter, rect.left(), title.bottom() + 1, rect.width(), hit)
        painter.restore()

    def _snippet(self, painter: QPainter, left: int, top: int, width: int, hit: SearchHit) -> None:
        font = self._theme.text_font(self._theme.metrics.caption)
        layout = QTextLayout(hit.snippet.replace("\n", " "), font)
        layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeading))
        layout.beginLayout()
        for at in range(2):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            line.setPosition(QPointF(0, at * line.height()))
        layout.endLayout()
        colours = self._theme.colours
        marked, plain = QTextCharFormat(), QTextCharFormat()
        marked.setBackground(QColor(colours.mark))
        marked.setForeground(QColor(colours.text))
        plain.setForeground(QColor(colours.muted))
        ranges = [_range(0, len(hit.snippet), plain)]
        ranges += [_range(start, end - start, marked) for start, end in hit.marks]
        painter.setPen(QColor(colours.muted))
        layout.draw(painter, QPointF(left, top), ranges)


def _range(start: int, length: int, wear: QTextCharFormat) -> QTextLayout.FormatRange:
    result = QTextLayout.FormatRange()
    result.start, result.length, result.format = start, length, wear
    return result
