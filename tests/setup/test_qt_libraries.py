"""Qt's system libraries: installed where that is allowed, else named; insisted on only where Qt opens now."""

import sys
from pathlib import Path

import pytest
import setup_qt
from setup_console import SetupProblem
from setup_steps import Place

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes them from the system")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(setup_qt.os, "geteuid", lambda: 1000)
    return Place(tmp_path, tmp_path, tmp_path)


def test_a_missing_library_stops_a_window_with_the_line_to_run(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_qt, "PACKAGE_OF", {"libnearhalf-missing.so.7": "libnearhalf7"})
    monkeypatch.setattr(setup_qt.shutil, "which", lambda _name: "/usr/bin/apt-get")
    with pytest.raises(SetupProblem) as caught:
        setup_qt.check_qt_libraries(place, is_required=True)
    assert "sudo apt-get install -y libnearhalf7" in caught.value.advice


def test_the_terminal_goes_on_without_it(
    place: Place, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup_qt, "PACKAGE_OF", {"libnearhalf-missing.so.7": "libnearhalf7"})
    setup_qt.check_qt_libraries(place, is_required=False)
    assert "libnearhalf" in capfd.readouterr().err
    assert not list(place.venv.iterdir())  # looked for again next time


def test_found_libraries_are_looked_for_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[None] = []
    monkeypatch.setattr(setup_qt, "missing_libraries", lambda: looked.append(None) or [])
    setup_qt.check_qt_libraries(place, is_required=True)
    setup_qt.check_qt_libraries(place, is_required=True)
    assert len(looked) == 1


def test_root_installs_what_is_missing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    monkeypatch.setattr(setup_qt, "PACKAGE_OF", {"libnearhalf-missing.so.7": "libnearhalf7"})
    monkeypatch.setattr(setup_qt.os, "geteuid", lambda: 0)
    monkeypatch.setattr(setup_qt.shutil, "which", lambda _name: "/usr/bin/apt-get")
    monkeypatch.setattr(setup_qt, "_can_be_loaded", lambda _name: bool(installed))
    monkeypatch.setattr(setup_qt, "_install_with_apt", installed.extend)
    setup_qt.check_qt_libraries(place, is_required=True)
    assert installed == ["libnearhalf7"]


def test_no_library_that_qt_needs_is_off_the_list() -> None:
    """Whatever ldd does not find for Qt's platform plugins must be something that set-up would have asked for."""
    import PySide6

    plugins = Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms"
    for name in ("libqoffscreen.so", "libqxcb.so", "libqwayland.so"):
        setup_qt.ctypes.CDLL(str(plugins / name))
