"""Pictures of fine-tuning for docs/img: the wizard's five screens and the library of adapters, from a real training.

make_screens.py calls it. The notes are the sections of these documents, and two with addresses in them.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QWidget

from app.core.tuning import JobState, Preset
from app.main.desktop import LocalDesktop
from app.ui.preferences import Preferences
from app.ui.session import Session
from app.ui.tuning.window import TuningWindow

DOCS = Path(__file__).resolve().parent
CHAPTERS = ("architecture", "recovery", "redaction", "threat-model", "what-leaves-your-device", "storage", "notes")
LEAST_WORDS = 60  # of a note: paragraphs of a section are put together
PERSONAL = {
    "Who to ask": "Ask Ann about the keys of the release: ann.lindqvist@example.org, or call her at +44 20 7946 0958. ",
    "The invoice": "It was paid from DE89 3704 0044 0532 0130 00 on the third, and the copy went to the office. ",
}
HEIGHT = 900
CURVE = 4  # measurements of held-out loss, before a picture of them is taken
TRAINING_S = 1800.0


class Camera(Protocol):
    """Waits and takes pictures (make_screens.py)."""

    def wait(self, holds: Callable[[], bool], timeout_s: float = ...) -> None: ...

    def shoot_both(self, scene: str, widget: QWidget) -> None:
        """Light and dark."""


def write_notes(folder: Path) -> Path:
    folder.mkdir()
    for chapter in CHAPTERS:
        for section in re.split(r"\n(?=## )", (DOCS / f"{chapter}.md").read_text(encoding="utf-8")):
            title = re.sub(r"[^\w ]+", "", section.lstrip("# ").splitlines()[0])[:60].strip()
            for number, note in enumerate(_pieces(section), 1):
                name = f"{title}, {number}" if number > 1 else title
                (folder / f"{name}.md").write_text(note, encoding="utf-8")
    for name, text in PERSONAL.items():
        (folder / f"{name}.md").write_text(f"# {name}\n\n{text * 3}\n", encoding="utf-8")
    return folder


def _pieces(section: str) -> list[str]:
    pieces = [""]
    for paragraph in section.split("\n\n"):
        if len(pieces[-1].split()) >= LEAST_WORDS:
            pieces.append("")
        pieces[-1] += f"{paragraph}\n\n"
    prose = [piece for piece in pieces if "\n|" not in piece and "```" not in piece]  # reads better than tables
    return [piece for piece in prose if len(piece.split()) >= LEAST_WORDS]


def photograph_tuning(
    session: Session, desktop: LocalDesktop, preferences: Preferences, camera: Camera, folder: Path
) -> None:
    """From the first screen to the adapter in the library. Some minutes."""
    host = session.extras.tuning
    assert host is not None
    host.open([write_notes(folder / "Handbook")])
    wizard = host.window
    assert wizard is not None
    wizard.resize(wizard.width(), HEIGHT)
    _choose(wizard, camera)
    (job,) = desktop.tuning.jobs()

    def progress() -> JobState:
        return desktop.tuning.job(job.id).progress.state

    def is_half_done() -> bool:
        now = desktop.tuning.job(job.id).progress
        return len(now.evaluations) >= CURVE or now.state is JobState.FINISHED

    camera.wait(is_half_done, TRAINING_S)
    camera.shoot_both("tuning-watch", wizard)
    camera.wait(lambda: progress() in (JobState.FINISHED, JobState.FAILED), TRAINING_S)
    camera.wait(lambda: wizard.page is wizard.verdict)
    camera.shoot_both("tuning-verdict", wizard)
    wizard.verdict.name.setText("Handbook")
    wizard.verdict.use.setChecked(True)
    wizard.verdict.keep.click()
    camera.wait(lambda: wizard.page is wizard.jobs)
    wizard.close()
    session.open_settings("adapters")
    assert session._settings is not None
    camera.shoot_both("settings-adapters", session._settings)
    session._settings.hide()


def _choose(wizard: TuningWindow, camera: Camera) -> None:
    wizard.notes.choose_chats.click()
    camera.shoot_both("tuning-notes", wizard)
    wizard.next.click()
    camera.wait(lambda: wizard.page is wizard.learned and wizard.next.isEnabled())
    camera.shoot_both("tuning-learned", wizard)
    wizard.next.click()
    camera.wait(lambda: wizard.page is wizard.plan and wizard.next.isEnabled() and not wizard.plan.work.is_busy, 300.0)
    wizard.plan.cards[Preset.QUICK].click()
    wizard.plan.cards[Preset.QUICK].setFocus()
    camera.shoot_both("tuning-plan", wizard)
    wizard.next.click()
    camera.wait(lambda: wizard.page is wizard.watch)
