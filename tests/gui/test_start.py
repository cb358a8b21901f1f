"""A second start of the app: what its window can be shown without is not imported before (docs/lab-log.md)."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from app.storage.paths import DataFolder
from app.storage.settings import Settings, SettingsFile
from app.storage.vault import DataVault
from app.ui.extras import NEXT

CHILD = """
import json
import sys

import app.main.link
import app.ui.application
import app.ui.session
from app.domain.errors import BackendError
from app.main import main
from app.ui.session import Session

told = {}


class Watched(Session):
    def _open_chats(self):
        super()._open_chats()
        picture = self.window.grab()
        told["shown"] = self.window.page.isVisible() and not picture.isNull()
        told["modules"] = sorted(sys.modules)

    def _fail_backend(self, error):
        super()._fail_backend(error)
        told["spelling"] = self.extras.spelling is not None
        self.window.close()


def no_backend(network, backend, report):
    raise BackendError("There is none.")


def torch_would_come(wait):
    wait()
    told["after"] = "modules" in told


app.ui.session.SHOWN_WITHIN_S = 600.0  # however slow this machine is
app.main.link.Network.link = no_backend
app.main.link._import_near_half = torch_would_come
app.ui.application.Session = Watched
status = main([])
print(json.dumps(told))
sys.exit(status)
"""

# By what needs it: the device's half and the network, the privacy panel, the conversation, fine-tuning, export,
# the update check, and windows that nobody has opened.
NOT_YET = (
    "httpx",
    "tokenizers",
    "torch",
    "transformers",
    "websockets",
    "app.net.channel",
    "numpy",
    "app.core.panel_feed",
    "app.ui.privacy.panel",
    "markdown_it",
    "pygments",
    "ziamath",
    "app.ui.chat",
    "charset_normalizer",
    "pydantic",
    "app.core.notes",
    "app.core.tuning",
    "app.main.tuning",
    "app.ui.tuning.host",
    "app.transfer.reading",
    "app.transfer.writing",
    "packaging",
    "app.core.updates",
    "presidio_analyzer",
    "spacy",
    "app.core.spelling.word_list",
    "app.ui.spelling_desk",
    "app.core.problem_report",
    "app.ui.first_run",
    "app.ui.help_window",
    "app.ui.lock_page",
    "app.ui.pdf",
    "app.ui.report_window",
    "app.ui.settings",
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a start over a data folder that was used before has to say."""
    folder = DataFolder(tmp_path_factory.mktemp("start") / "home").create()
    SettingsFile(folder.settings).save(Settings(is_first_run_done=True))
    vault = DataVault(folder)
    assert vault.open_without_asking()
    vault.close()
    answer = subprocess.run(
        [sys.executable, "-c", CHILD],
        cwd=Path(__file__).resolve().parents[2],
        env=os.environ | {"NEARHALF_HOME": str(folder.root), "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found = json.loads(answer.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("module", NOT_YET)
def test_the_window_is_shown_before_it_is_imported(told: dict[str, object], module: str) -> None:
    assert told["shown"] is True
    modules = told["modules"]
    assert isinstance(modules, list)
    assert "app.ui.page" in modules
    assert [name for name in modules if name == module or name.startswith(f"{module}.")] == []


def test_what_it_can_be_shown_without_comes_after(told: dict[str, object]) -> None:
    assert told["after"] is True  # torch waited
    assert told["spelling"] is True


def test_what_is_imported_then_is_there() -> None:
    assert [import_module(name).__name__ for name in NEXT] == list(NEXT)
