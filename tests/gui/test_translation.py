"""Every word of the window is in the person's language, and what is committed is what the source gives.

After a change of words: `python packaging/build_translations.py`, translate what it names, run it again.
"""

import ast
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import build_translations as build
import pytest
from PySide6.QtCore import QCoreApplication, QLocale, Qt, QTranslator
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from app.domain.errors import SettingsError
from app.domain.sampling import SamplingSettings
from app.storage.settings import Settings
from app.ui import translation
from app.ui.preferences import Preferences
from app.ui.sentences import in_words
from app.ui.theme import Theme
from app.ui.translation import LANGUAGES, Translation, chosen_language
from tests.gui.surfaces import SURFACES, Stage, settle

OTHERS = [language for language in LANGUAGES if language != translation.SOURCE]
UI = build.APP / "ui"


def ts(language: str) -> Path:
    return build.I18N / f"nearhalf_{language}.ts"


def messages(language: str) -> list[tuple[str, str, str]]:
    """(context, source, translation) of each message."""
    found = []
    for context in re.findall(r"<context>.*?</context>", ts(language).read_text(encoding="utf-8"), re.DOTALL):
        name = re.search(r"<name>(.*?)</name>", context)
        for message in re.findall(r"<message.*?</message>", context, re.DOTALL):
            source = re.search(r"<source>(.*?)</source>", message, re.DOTALL)
            said = re.search(r"<translation[^>]*>(.*?)</translation>", message, re.DOTALL)
            assert name is not None
            assert source is not None
            found.append((name[1], unescape(source[1]), unescape(said[1]) if said is not None else ""))
    return found


@pytest.fixture
def translated(qapp: QApplication) -> Iterator[Translation]:
    """English again afterwards, whatever a test has spoken."""
    found = Translation(qapp)
    yield found
    found.speak("en")


# ---------------------------------------------------------------- what is committed


def test_languages_are_those_of_the_script_and_of_the_settings() -> None:
    assert set(build.LANGUAGES) == set(OTHERS)
    for language in LANGUAGES:
        Preferences(Settings(language=language))


def test_the_catalog_of_sentences_is_what_the_source_gives() -> None:
    assert build.CATALOG.read_text(encoding="utf-8") == build.catalog()


@pytest.mark.parametrize("language", OTHERS)
def test_the_texts_are_what_the_source_gives(language: str, tmp_path: Path) -> None:
    copy = tmp_path / ts(language).name
    shutil.copy(ts(language), copy)
    build.update(language, copy)
    assert copy.read_text(encoding="utf-8") == ts(language).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    assert build.unfinished(ts(language)) == []
    assert [source for _, source, said in messages(language) if not said] == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_file_is_of_these_texts(language: str, tmp_path: Path) -> None:
    compiled = tmp_path / "x.qm"
    build.release(ts(language), compiled)
    assert compiled.read_bytes() == ts(language).with_suffix(".qm").read_bytes()


@pytest.mark.parametrize("language", OTHERS)
def test_translations_keep_what_the_program_fills_in(language: str) -> None:
    wrong = []
    for context, source, said in messages(language):
        for pattern in (r"\{\w*\}", r"%n", r"\n", r"&\w", r"`[^`]*`", r"https?://(?:[\w.:]*\w)?", r"\*\.\w+"):
            if sorted(re.findall(pattern, source)) != sorted(re.findall(pattern, said)):
                wrong.append((context, source, said, pattern))
        if source[-1:] in ".?!:…" and source[-1:] != said[-1:]:
            wrong.append((context, source, said, "its end"))
        if (source != source.strip()) != (said != said.strip()):
            wrong.append((context, source, said, "space"))
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_knows_where_it_belongs(language: str) -> None:
    """A module's own `tr` that the script does not understand leaves texts without a context: never found again."""
    assert [source for context, source, _ in messages(language) if not context] == []


def test_words_are_given_to_tr_as_they_stand() -> None:
    """Not as a variable, an f-string or a sum (lupdate reads the source, it does not run it); or marked beforehand."""
    wrong = []
    for path in sorted(UI.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func).rsplit(".", 1)[-1]
            place = {"tr": 0, "translate": 1, "QT_TRANSLATE_NOOP": 1}.get(name)
            if place is None or len(node.args) <= place or "painter" in ast.unparse(node.func):
                continue
            text = node.args[place]
            is_known = isinstance(text, ast.Constant) or "QT_TRANSLATE_NOOP" in source or _is_own_tr(source, node)
            if not is_known:
                wrong.append(f"{path.relative_to(build.ROOT)}:{node.lineno}: {ast.unparse(node)}")
    assert wrong == []


def _is_own_tr(source: str, node: ast.Call) -> bool:
    """The one line inside a module's own `def tr(text)`, or a str.translate with a table."""
    line = source.splitlines()[node.lineno - 1].strip()
    return line.startswith("return QCoreApplication.translate(") or "_ALWAYS" in line or "_IN_CODE" in line


# ---------------------------------------------------------------- what is chosen


@pytest.mark.parametrize(
    ("wanted", "of_system", "expected"),
    [
        ("", ["de-AT", "en-US"], "de"),
        ("", ["de_DE"], "de"),
        ("", ["fr-FR", "de-DE", "en"], "de"),
        ("", ["fr-FR"], "en"),
        ("", [], "en"),
        ("", ["en-GB", "de"], "en"),
        ("de", ["en-US"], "de"),
        ("en", ["de-DE"], "en"),
        ("tlh", ["de-DE"], "en"),
    ],
)
def test_the_language_is_the_persons_then_the_systems_then_english(
    wanted: str, of_system: list[str], expected: str
) -> None:
    assert chosen_language(wanted, of_system) == expected


def test_german_reaches_our_words_qts_words_and_numbers(translated: Translation) -> None:
    translated.speak("de")
    assert QCoreApplication.translate("actions", "New chat") == "Neuer Chat"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"
    assert QLocale().toString(1234.5, "f", 1) == "1.234,5"
    translated.speak("en")
    assert QCoreApplication.translate("actions", "New chat") == "New chat"
    assert QLocale().toString(1234.5, "f", 1) == "1,234.5"


def test_the_preference_decides(qapp: QApplication, translated: Translation) -> None:
    translated.follow(Preferences(Settings(language="de")))
    assert translated.language == "de"


def test_a_language_that_reads_from_the_right_turns_the_window(
    qapp: QApplication, translated: Translation, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translation, "LANGUAGES", ("en", "ar"))
    translated.follow(Preferences(Settings(language="ar")))
    assert qapp.layoutDirection() is Qt.LayoutDirection.RightToLeft
    stage = Stage(theme, tmp_path)
    try:
        page = stage.window("a", "b").page
        assert page is not None
        assert page.sidebar.mapTo(page, page.sidebar.rect().center()).x() > page.width() / 2
    finally:
        stage.clear()
    translated.speak("en")
    assert qapp.layoutDirection() is Qt.LayoutDirection.LeftToRight


def test_errors_of_the_other_parts_are_said_in_german(translated: Translation) -> None:
    with pytest.raises(SettingsError) as caught:
        SamplingSettings(top_p=7)
    english = caught.value.message
    assert in_words(english) == english
    translated.speak("de")
    said = in_words(english)
    assert said == "Diese Einstellung kann nicht verwendet werden: top-p muss in (0, 1] liegen." or "top-p" in said
    assert said != english
    assert "muss" in said
    assert in_words("Nobody wrote this sentence.") == "Nobody wrote this sentence."
    both = in_words("The history is locked. Unlock it first.")
    assert both == f"{in_words('The history is locked.')} {in_words('Unlock it first.')}"
    assert "locked" not in both


# ---------------------------------------------------------------- nothing is left out


class PseudoLocale(QTranslator):
    """Puts every text that passes through tr into brackets."""

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        return f"⟦{source}⟧"

    def isEmpty(self) -> bool:
        return False


@pytest.fixture
def pseudo(qapp: QApplication) -> Iterator[None]:
    translator = PseudoLocale()
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


# A person's own words, names, and what is the same in every language
OWN = {
    *("Nearhalf", "English", "Deutsch", "SmolLM2", "smollm2-135m-instruct", "llama", "scripted", "svd", "localhost"),
    *("notes", "mine", "home", "bread", "A", "chat", "second", "Recipes", "app.log"),  # of the surfaces
    "NH",  # the first bytes of a frame, as the hex view shows them
    *("Français", "Italiano", "Nederlands", "Português"),  # languages in their own words
    "https://",
    "ab" * 32,  # a checksum
    *("example.org", "gpu.example.org", "https://gpu.example.org:8443", "https://example.org/a"),
}


def visible_texts(widget: QWidget) -> Iterator[str]:
    yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription(), widget.statusTip())
    if widget.isWindow() and not isinstance(widget, QMenu):
        yield widget.windowTitle()
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit):
        yield widget.placeholderText()
    if isinstance(widget, QGroupBox | QMenu):
        yield widget.title()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(at) for at in range(widget.count()))
    if isinstance(widget, QListWidget):
        yield from (widget.item(at).text() for at in range(widget.count()))
    if isinstance(widget, QAbstractSpinBox):
        yield widget.specialValueText()
    for action in widget.actions():
        if isinstance(action, QAction) and not action.isSeparator():
            yield from (action.text(), action.toolTip())


def left_over(text: str) -> str:
    """The letters that did not pass through tr, a person's own words and keys left out."""
    outside, depth = [], 0
    for character in text:
        depth += (character == "⟦") - (character == "⟧")
        outside.append(character if depth == 0 and character != "⟧" else " ")
    rest = re.sub("[\u200b&]", "", "".join(outside))
    words = [word for word in re.split(r"[\s·,;()+]+", rest) if re.search(r"[^\W\d_]{2}", word)]
    return " ".join(word for word in words if word not in OWN and not word.startswith("/") and not is_key(word))


def is_key(word: str) -> bool:
    """F10, Esc: Qt has words of its own for the others."""
    return not QKeySequence(word).isEmpty() and bool(re.fullmatch(r"F\d+|[A-Z][a-z]{1,3}", word))


@pytest.mark.parametrize("name", SURFACES)
def test_every_visible_text_passes_through_tr(pseudo: None, theme: Theme, tmp_path: Path, name: str) -> None:
    stage = Stage(theme, tmp_path)
    try:
        surface = stage.show(name)
        settle()
        found = {
            f"{type(widget).__name__}: {text!r}"
            for widget in (surface, *surface.findChildren(QWidget))
            for text in visible_texts(widget)
            if text and left_over(text)
        }
    finally:
        stage.clear()
    assert sorted(found) == []
