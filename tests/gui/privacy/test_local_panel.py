"""What the real app gives the panel, without a backend: the gate's state, and the limit of the backend in use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.panel_source import SendingLimit
from app.domain.backend import Backend
from app.main.desktop import LocalDesktop
from app.net import key_log
from app.storage.backends import BackendStore
from app.storage.paths import DataFolder
from app.storage.secrets import TokenStore
from app.ui.preferences import Preferences
from tests.sim.scripted_settings import NoKeyring


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[LocalDesktop]:
    folder = DataFolder(tmp_path / "data").create()
    backends = BackendStore(folder.backends, TokenStore(folder.tokens, NoKeyring()))
    backends.add(Backend("lab", "https://lab.example.org", "only-for-tests-5f2"))
    desktop = LocalDesktop(folder, Preferences(), backends, lambda notice: None)
    yield desktop
    key_log.end()
    desktop.close()


def test_a_key_log_is_told_until_it_is_ended(desktop: LocalDesktop, tmp_path: Path) -> None:
    panel = desktop.panel
    assert panel.gate_state().key_log == ""
    key_log.begin(tmp_path / "keys.log")
    assert panel.gate_state().key_log == str(tmp_path / "keys.log")
    panel.end_key_log()
    assert panel.gate_state().key_log == ""
    assert key_log.active() is None


def test_the_limit_is_that_of_the_backend_in_use_at_once(desktop: LocalDesktop) -> None:
    panel = desktop.panel
    assert panel.sending_limit(None) is None, "the built-in one has none"
    panel.watch.use(desktop.backends.find("lab"))
    assert panel.sending_limit(None) == SendingLimit()
    panel.limit_recovery(50)
    assert panel.sending_limit(None) == SendingLimit(50)
    assert desktop.backends.find("lab").recovery_limit_percent == 50
    desktop.limit_recovery("lab", None)
    assert panel.sending_limit(None) == SendingLimit()
