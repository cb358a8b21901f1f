"""The language of the window: its words, Qt's own, numbers and dates, and the side on which reading begins.

English is what stands in the code; the others are files in assets/i18n (packaging/build_translations.py makes them).
Widgets take their words when they are made, so another language holds from the next start.
"""

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from app.ui.assets import ASSETS
from app.ui.preferences import Preferences

SOURCE = "en"
LANGUAGES = (SOURCE, "de")
FOLDER = ASSETS / "i18n"


def chosen_language(wanted: str, of_system: list[str]) -> str:
    """`wanted`; where that is "", the first of the system's languages that there is; else English."""
    for language in [wanted] if wanted else [tag.replace("_", "-").split("-")[0].lower() for tag in of_system]:
        if language in LANGUAGES:
            return language
    return SOURCE


class Translation:
    """The translators of one application."""

    def __init__(self, application: QApplication) -> None:
        self._application = application
        self._translators: list[QTranslator] = []
        self.language = SOURCE

    def follow(self, preferences: Preferences) -> None:
        """Speak the language that is chosen now."""
        self.speak(chosen_language(preferences.settings.language, QLocale.system().uiLanguages()))

    def speak(self, language: str) -> None:
        for translator in self._translators:
            self._application.removeTranslator(translator)
        self.language = language
        self._translators = []
        if language != SOURCE:
            self._add("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        self._add("nearhalf", str(FOLDER))
        QLocale.setDefault(_locale(language))
        right_to_left = QLocale(language).textDirection() is Qt.LayoutDirection.RightToLeft
        direction = Qt.LayoutDirection.RightToLeft if right_to_left else Qt.LayoutDirection.LeftToRight
        self._application.setLayoutDirection(direction)

    def _add(self, name: str, folder: str) -> None:
        translator = QTranslator(self._application)
        if translator.load(f"{name}_{self.language}", folder):
            self._application.installTranslator(translator)
            self._translators.append(translator)


def _locale(language: str) -> QLocale:
    """The system's own where it is of this language (Austria writes numbers otherwise than Germany)."""
    system = QLocale.system()
    if system.language() == QLocale(language).language():
        return system
    return QLocale(QLocale.Language.English, QLocale.Country.UnitedStates) if language == SOURCE else QLocale(language)
