"""Colours of code: Pygments reads it in the worker's thread, the theme's tokens name the colours."""

from collections import OrderedDict

from pygments.lexers import find_lexer_class_by_name  # type: ignore[import-untyped]
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType  # type: ignore[import-untyped]
from pygments.util import ClassNotFound  # type: ignore[import-untyped]
from PySide6.QtCore import QObject, Qt, Signal

from app.ui.chat.worker import Worker

MAX_CODE = 60_000  # characters: about 0.1 s
KEPT = 100
MAX_LINE = 5000
Runs = tuple[tuple[int, int, str], ...]
_COLOURS = (
    (Comment.Preproc, "code_keyword"),
    (Comment, "code_comment"),
    (Keyword.Constant, "code_number"),
    (Keyword, "code_keyword"),
    (Operator.Word, "code_keyword"),
    (String, "code_string"),
    (Number, "code_number"),
    (Name.Function, "code_name"),
    (Name.Class, "code_name"),
    (Name.Decorator, "code_name"),
    (Name.Tag, "code_keyword"),
    (Name.Attribute, "code_name"),
    (Name.Builtin, "code_name"),
)


class Colouring(QObject):
    """`get` answers at once: (start, length, name of a colour) for each run; empty while it is being read."""

    ready = Signal()

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._known: OrderedDict[tuple[str, str], Runs] = OrderedDict()
        self._asked: set[tuple[str, str]] = set()
        worker.done.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def get(self, language: str, code: str) -> Runs:
        key = (language.lower(), code)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        if language and len(code) <= MAX_CODE and key not in self._asked:
            self._asked.add(key)
            self._worker.ask(lambda: (key, runs(*key)))
        return ()

    def clear(self) -> None:
        self._known.clear()
        self._asked.clear()

    def _take(self, result: object) -> None:
        match result:
            case ((str(language), str(code)), tuple(found)) if (language, code) in self._asked:
                self._asked.discard((language, code))
                self._known[language, code] = found
                while len(self._known) > KEPT:
                    self._known.popitem(last=False)
                self.ready.emit()


def runs(language: str, code: str) -> Runs:
    """Empty where the language is not known, or a line is far too long for a lexer."""
    if max((len(line) for line in code.split("\n")), default=0) > MAX_LINE:
        return ()
    try:
        lexer = find_lexer_class_by_name(language)(stripnl=False, ensurenl=False)
    except ClassNotFound:
        return ()
    result: list[tuple[int, int, str]] = []
    for start, kind, text in lexer.get_tokens_unprocessed(code):
        colour = colour_of(kind)
        if colour:
            result.append((start, len(text), colour))
    return tuple(result)


def colour_of(kind: _TokenType) -> str:
    """The theme's name of the colour; empty for that of text."""
    return next((colour for group, colour in _COLOURS if kind in group), "")
