"""Set-up: steps are skipped when done, go on after an interruption, and fail with a sentence."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import setup_console
import setup_steps
from setup_console import PipProgress, Progress, SetupProblem, explain_pip_failure, one_at_a_time, run_watched
from setup_steps import Place

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "source" / "packaging").mkdir(parents=True)
    (tmp_path / "venv").mkdir()
    return Place(tmp_path / "source", tmp_path / "venv", tmp_path / "data")


@pytest.fixture
def pip_calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Stand in for pip: note what it was asked."""
    calls: list[list[str]] = []

    def note(_place: Place, _what: str, _title: str, arguments: list[str], _packages: int) -> None:
        calls.append(arguments)

    monkeypatch.setattr(setup_steps, "pip", note)
    return calls


def test_a_lock_is_installed_once_and_again_when_it_changes(place: Place, pip_calls: list[list[str]]) -> None:
    lock = place.root / "packaging" / "lock-run.txt"
    lock.write_text("one==1 \\\n    --hash=sha256:00\n")
    setup_steps.install_locked(place, "lock-run")
    setup_steps.install_locked(place, "lock-run")
    assert len(pip_calls) == 1
    lock.write_text("one==2 \\\n    --hash=sha256:01\n")
    setup_steps.install_locked(place, "lock-run")
    assert len(pip_calls) == 2
    assert "--require-hashes" in pip_calls[0]


def test_an_interrupted_install_is_not_marked_and_runs_again(
    place: Place, pip_calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (place.root / "packaging" / "lock-run.txt").write_text("one==1 \\\n    --hash=sha256:00\n")

    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(setup_steps, "pip", interrupted)
        with pytest.raises(KeyboardInterrupt):
            setup_steps.install_locked(place, "lock-run")
    setup_steps.install_locked(place, "lock-run")
    assert len(pip_calls) == 1


def test_a_mark_counts_only_for_its_key_and_leaves_no_half_written_file(place: Place) -> None:
    place.mark("step", "key")
    assert place.is_marked("step", "key")
    assert not place.is_marked("step", "other key")
    assert [path.name for path in place.venv.iterdir()] == ["nearhalf-step.done"]


def test_an_environment_is_made_once_and_has_pip(place: Place, capfd: pytest.CaptureFixture[str]) -> None:
    setup_steps.make_environment(place)
    assert subprocess.run([place.python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    capfd.readouterr()
    setup_steps.make_environment(place)
    assert capfd.readouterr().err == ""


def test_an_environment_cut_off_before_pip_came_is_completed(place: Place) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place.venv], check=True)
    setup_steps.make_environment(place)
    assert subprocess.run([place.python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def test_an_environment_of_an_exchanged_python_is_made_anew(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_steps, "_put_pip", lambda _place: True)
    setup_steps.make_environment(place)
    (place.venv / "nearhalf-environment.done").write_text("/usr/bin/python3.9-that-was-replaced 3.9")
    (place.venv / "lib" / "left-over").mkdir(parents=True, exist_ok=True)
    setup_steps.make_environment(place)
    assert not (place.venv / "lib" / "left-over").exists()


def test_without_any_source_of_pip_the_line_to_run_is_named(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_steps, "_put_pip", lambda _place: False)
    with pytest.raises(SetupProblem) as caught:
        setup_steps.make_environment(place)
    assert "apt-get install -y python3-venv" in caught.value.advice
    assert not (place.venv / "nearhalf-environment.done").exists()


@pytest.mark.parametrize(("cuda_packages", "stops"), [(0, False), (15, True)])
def test_space_for_cuda_is_asked_for_only_where_pip_brings_it(
    cuda_packages: int, stops: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path, tmp_path / ".venv", tmp_path / "data")
    place.venv.mkdir()
    installed: list[str] = []
    free = shutil.disk_usage(tmp_path)._replace(free=4_000_000_000)
    monkeypatch.setattr(setup_steps.shutil, "disk_usage", lambda path: free)
    monkeypatch.setattr(setup_steps, "_cuda_packages_of_torch", lambda place: cuda_packages)
    monkeypatch.setattr(setup_steps, "pip", lambda place, what, *rest: installed.append(what))
    if stops:
        with pytest.raises(SetupProblem, match="4,000 MB free, 10,000 MB needed") as caught:
            setup_steps.install_torch(place)
        assert "CPU index" in caught.value.advice
    else:
        setup_steps.install_torch(place)
    assert installed == ([] if stops else ["torch"])


def test_the_app_is_told_how_it_was_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEARHALF_COMMAND", raising=False)
    monkeypatch.setattr(setup_steps, "set_up", lambda place, **what: None)
    started: list[list[str]] = []
    monkeypatch.setattr(setup_steps, "become", lambda command: started.append(command) or 0)
    assert setup_steps.main(["chat", "--help"]) == 0
    assert started[0][-2:] == ["chat", "--help"]
    assert os.environ.pop("NEARHALF_COMMAND") == "python3 start.py"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "not the one that the lock"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("WARNING: Retrying after connection broken by 'NewConnectionError(...)'", "could not be reached"),
        ("ERROR: No matching distribution found for torch==2.13.0", "no ready-made build"),
        ("ERROR: something else", "something else"),
    ],
)
def test_each_way_in_which_pip_fails_has_a_sentence(line: str, said: str, tmp_path: Path) -> None:
    problem = explain_pip_failure("the app's packages", ["Collecting one", line], tmp_path / "log")
    assert said in problem.message
    assert problem.advice
    assert line in (tmp_path / "log").read_text()


def test_pip_lines_become_progress(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_console, "QUIET_INTERVAL_S", 0.0)
    watch = PipProgress(Progress("Installing"), 3)
    for line in ("Collecting one==1", "  Downloading one-1-py3-none-any.whl (2.5 MB)", "Processing /w/two-2.whl"):
        watch(line)
    watch("Progress 1000000 of 98000000")
    assert watch.fetched_bytes == 2_500_000
    said = capfd.readouterr().err
    assert "package 2 of 3, 2 MB fetched" in said
    assert "1 MB of 98 MB" in said


def test_a_program_run_by_set_up_cannot_read_what_was_piped_for_the_app() -> None:
    code, lines = run_watched([sys.executable, "-c", "import sys; print(repr(sys.stdin.read()))"], lambda _line: None)
    assert (code, lines) == (0, ["''"])


def test_a_second_set_up_waits_for_the_first(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    order: list[str] = []

    def second() -> None:
        with one_at_a_time(tmp_path / "lock"):
            order.append("second")

    thread = threading.Thread(target=second)
    with one_at_a_time(tmp_path / "lock"):
        thread.start()
        thread.join(0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert "waiting for it" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "started_with"),
    [([], ["chat"]), (["--model", "x"], ["chat", "--model", "x"]), (["backend", "list"], ["backend", "list"])],
)
def test_without_a_display_the_window_becomes_the_terminal(arguments: list[str], started_with: list[str]) -> None:
    assert setup_steps.app_arguments(arguments, display=False) == started_with
    assert setup_steps.app_arguments(arguments, display=True) == arguments


def test_the_data_folder_follows_the_apps_own_rule(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from app.storage import paths

    for platform in ("linux", "darwin", "win32"):
        monkeypatch.setattr(sys, "platform", platform)
        for changes in (
            {"NEARHALF_HOME": str(tmp_path)},
            {"NEARHALF_HOME": ""},
            {"NEARHALF_HOME": "", "XDG_DATA_HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path)},
            {"NEARHALF_HOME": "", "XDG_DATA_HOME": "relative", "LOCALAPPDATA": ""},
        ):
            for name in ("NEARHALF_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
                monkeypatch.delenv(name, raising=False)
            for name, value in changes.items():
                monkeypatch.setenv(name, value)
            assert setup_steps.data_folder() == paths.data_folder(os.environ, platform).root


def test_a_portable_folder_is_where_the_app_looks_for_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from app.storage import paths

    assert setup_steps.PORTABLE == paths.PROGRAM / paths.PORTABLE
    monkeypatch.delenv("NEARHALF_HOME", raising=False)
    monkeypatch.setattr(setup_steps, "PORTABLE", tmp_path / "portable")
    started: list[list[str]] = []
    monkeypatch.setattr(setup_steps, "set_up", lambda place, **_: None)
    monkeypatch.setattr(setup_steps, "become", lambda command: started.append(command) or 0)
    monkeypatch.setattr(setup_steps, "has_display", lambda: True)
    monkeypatch.setenv("NEARHALF_COMMAND", "")  # so that what main sets is taken back
    assert setup_steps.main(["--portable"]) == 0
    assert started[0][1:] == ["-P", "-m", "app"]
    assert setup_steps.data_folder() == paths.data_folder({}, sys.platform, Path.home(), tmp_path).root
    assert setup_steps.data_folder() == tmp_path / "portable"


def test_a_relative_data_folder_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHALF_HOME", "here")
    with pytest.raises(SetupProblem):
        setup_steps.data_folder()


def test_an_older_python_is_told_what_to_do() -> None:
    program = (
        "import sys, runpy; sys.version_info = (3, 9, 2, 'final', 0); "
        f"sys.argv = ['start.py']; runpy.run_path({str(ROOT / 'start.py')!r}, run_name='__main__')"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert finished.returncode == 1
    assert "needs Python 3.11 or newer; this is Python 3.9" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_installed_packages_agree_with_each_other() -> None:
    """The locks are installed without pip's resolver, so nobody else has looked."""
    finished = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout
