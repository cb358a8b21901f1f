"""Text files that a person drops on the composer, as attachments. Refuses in words what is no text."""

import codecs
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from app.domain.conversation import Attachment
from app.domain.errors import SettingsError

LIMIT_BYTES = 1_000_000  # some 250,000 tokens: more than any context here holds
LONG_TEXT_CHARACTERS = 2_000  # a paste beyond either becomes an attachment
LONG_TEXT_LINES = 40
_BOMS = (  # UTF-32 before UTF-16: one begins with the other
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\b\x1b")


translate = QCoreApplication.translate


def is_long(text: str) -> bool:
    """Whether a paste is better kept beside the message than in it."""
    return len(text) > LONG_TEXT_CHARACTERS or text.count("\n") >= LONG_TEXT_LINES


def read_text_file(path: Path) -> Attachment:
    """Raises SettingsError for a folder, a file that is too large, cannot be read, or holds no text."""
    name = path.name
    try:
        if path.is_dir():
            raise SettingsError(
                translate("text_files", "“{name}” is a folder.").format(name=name),
                translate("text_files", "Choose the text files in it instead."),
            )
        with path.open("rb") as file:
            data = file.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise SettingsError(
            translate("text_files", "“{name}” cannot be read.").format(name=name),
            translate("text_files", "Check that it exists and that you may open it."),
        ) from error
    if len(data) > LIMIT_BYTES:
        raise SettingsError(
            translate("text_files", "“{name}” is larger than 1 MB.").format(name=name),
            translate("text_files", "Attach the part that matters: the model could not read all of it."),
        )
    text = decode_text(data)
    if text is None:
        raise SettingsError(
            translate("text_files", "“{name}” is not a text file.").format(name=name),
            translate("text_files", "Save it as plain text first: the model reads text only."),
        )
    if not text.strip():
        raise SettingsError(translate("text_files", "“{name}” is empty.").format(name=name))
    return Attachment(name, text.replace("\r\n", "\n").replace("\r", "\n"))


def decode_text(data: bytes) -> str | None:
    """UTF-8, UTF-16 or UTF-32 by their marks, UTF-16 by its zeros, else Western; None where it is no text."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decoded(data, encoding)
    if 0 in data[:4096]:
        return _wide(data)
    text = _decoded(data, "utf-8")
    if text is not None:
        return text if _reads_as_text(data) else None
    return _decoded(data, "cp1252") or data.decode("latin-1") if _reads_as_text(data) else None


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeError:
        return None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: in Western text every second byte is zero, and always the same second one."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    if odd > 0.4 * half and even < 0.05 * half:
        return _decoded(data, "utf-16-le")
    if even > 0.4 * half and odd < 0.05 * half:
        return _decoded(data, "utf-16-be")
    return None


def _reads_as_text(data: bytes) -> bool:
    head = data[:65_536]
    controls = sum(1 for byte in head if byte < 32 and byte not in _TEXT_CONTROLS)
    return controls <= len(head) * 0.002
