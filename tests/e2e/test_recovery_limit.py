"""The limit on recovery in the real app: set in the window, kept on real frames, and what lets the next go."""

from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.domain.backend import Backend
from app.domain.conversation import Role
from app.domain.sampling import SamplingSettings
from app.storage.backends import BackendStore
from app.storage.paths import DataFolder
from app.storage.secrets import TokenStore
from app.storage.settings import Settings, SettingsFile
from app.ui.notices import Step
from app.ui.privacy.standing import Light
from app.ui.settings.backends import BackendsPage
from app.ui.theme import Theme
from tests.e2e.test_window import App
from tests.sim.backend_process import BackendProcess

TEXT = "Anna Lindqvist, anna.lindqvist@example.org, +49 176 55512233"  # almost all of it is replaced


def test_a_limit_set_in_the_window_blocks_until_names_are_replaced(
    qtbot, qapp: QApplication, tmp_path: Path, smollm2_folder: Path
) -> None:
    folder = DataFolder(tmp_path / "home").create()
    SettingsFile(folder.settings).save(
        Settings(is_first_run_done=True, backend="lab", sampling=SamplingSettings(max_tokens=4))
    )
    theme = Theme(qapp)
    with BackendProcess(smollm2_folder, tmp_path / "backend") as backend:
        store = BackendStore(folder.backends, TokenStore(folder.tokens))
        store.add(Backend("lab", backend.url, backend.token))
        app = App(qtbot, theme, folder)
        app.ready()
        app.session.open_settings("backends")
        assert app.session._settings is not None
        page = app.session._settings.page("backends")
        assert isinstance(page, BackendsPage)
        choice = page.limits["lab"].choice
        choice.setCurrentIndex(choice.findData(50))
        choice.activated.emit(choice.currentIndex())
        assert store.find("lab").recovery_limit_percent == 50

        watch = app.desktop.panel.watch
        app.window.privacy.open_window()
        app.send(TEXT)  # nothing was measured yet
        app.until(lambda: watch.refusal(app.desk.chat) is not None)
        panel, desk = app.window.privacy.panel, app.window.privacy.desk
        assert panel is not None
        assert desk is not None
        app.until(lambda: desk.light is Light.BLOCKED and "100 %" in panel.summary.gate.text())
        assert panel.summary.limit.value == 50

        before = len(app.turns)
        assert app.window.page is not None
        composer, banner = app.window.page.composer, app.window.page.banner
        app.until(lambda: watch._thread is None or not watch._thread.is_alive())
        composer.set_text(TEXT)
        app.until(composer.button.isEnabled)
        composer.button.click()
        assert len(app.turns) == before, "blocked: neither stored nor sent"
        assert composer.input.toPlainText() == TEXT
        assert "100 %" in banner.text
        assert "50 %" in banner.text
        assert banner.notice is not None
        assert (banner.notice.first, banner.notice.second) == (Step.REDACT, Step.BACKENDS)

        banner.action.click()
        assert app.library.chat(app.desk.chat).options.redacts
        app.send(TEXT)
        assert [turn.message.role for turn in app.turns[before:]] == [Role.USER, Role.ASSISTANT]
        app.until(lambda: watch._thread is None or not watch._thread.is_alive())
        assert watch.refusal(app.desk.chat) is None, "below the limit"
        app.until(lambda: desk.light is not Light.BLOCKED)

        app.desk.set_redacts(False)
        assert watch.refusal(app.desk.chat) is not None, "as it is, it would be rebuilt still"
        app.leave()
    theme.deleteLater()
