"""What the parts of a problem report are called on screen, and what was taken out of them."""

from collections import Counter
from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, qVersion
from PySide6.QtGui import QAccessible, QGuiApplication

from app.core.report_cleaning import Kind
from app.ui.words import number

translate = QCoreApplication.translate


def section_words(name: str) -> str:
    known = {
        "versions": translate("report", "Versions"),
        "system": translate("report", "Computer"),
        "settings": translate("report", "Settings"),
        "crash": translate("report", "What just failed"),
        "log": translate("report", "Log"),
        "backend log": translate("report", "Log of the built-in backend"),
    }
    return known.get(name, name)


def removed_words(removed: Counter[Kind]) -> str:
    """One line for each kind that was taken out, the most frequent first."""
    names = {
        Kind.FOLDER: translate("report", "Folders and files: {count}"),
        Kind.USER: translate("report", "Your user name: {count}"),
        Kind.COMPUTER: translate("report", "This computer's name: {count}"),
        Kind.HOST: translate("report", "Hosts and addresses: {count}"),
        Kind.BACKEND: translate("report", "Names of backends: {count}"),
        Kind.SECRET: translate("report", "Tokens, keys and codes: {count}"),
        Kind.MAIL: translate("report", "Mail addresses: {count}"),
        Kind.QUOTED: translate("report", "Quoted words: {count}"),
        Kind.LINE: translate("report", "Lines in an unknown form: {count}"),
    }
    return "\n".join(names[kind].format(count=number(count)) for kind, count in removed.most_common())


def screen_facts() -> Iterator[str]:
    """For the report, in English like the rest of it."""
    yield f"Qt {qVersion()} on {QGuiApplication.platformName()}"
    yield f"screen reader: {'yes' if QAccessible.isActive() else 'no'}"
    for screen in QGuiApplication.screens():
        size = screen.size()
        yield f"screen {size.width()} x {size.height()}, scale {screen.devicePixelRatio():g}"
