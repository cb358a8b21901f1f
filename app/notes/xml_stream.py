"""XML from a stranger, as a stream: no declaration of entities or of anything else, no depth without end, no tree."""

from typing import BinaryIO, NoReturn, Protocol
from xml.parsers import expat

from app.domain.notes import Unread
from app.notes.entries import NotRead
from app.notes.limits import LIMITS, Limits

_CHUNK_BYTES = 2**16


class Handler(Protocol):
    """Names come as "namespace local", or "local" where there is none."""

    def begin(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def write(self, text: str) -> None: ...


def parse_xml(file: BinaryIO, handler: Handler, limit_bytes: int, limits: Limits = LIMITS) -> None:
    """Raises NotRead: HOSTILE, TOO_LARGE, TOO_DEEP, BROKEN."""
    depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > limits.xml_deep:
            raise NotRead(Unread.TOO_DEEP)
        handler.begin(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(name)

    def refuse(*_: object) -> NoReturn:
        raise NotRead(Unread.HOSTILE)  # entities and files of this computer need a document type; no document does

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handler.write
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    read_bytes = 0
    try:
        while chunk := file.read(_CHUNK_BYTES):
            read_bytes += len(chunk)
            if read_bytes > limit_bytes:
                raise NotRead(Unread.UNPACKS_TOO_LARGE)
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise NotRead(Unread.BROKEN) from error
