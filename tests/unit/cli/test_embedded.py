"""The built-in backend's life, with real child processes: small programs that keep, or break, its contract."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core import embedded
from app.core.embedded import EmbeddedBackend
from app.domain.backend import Backend
from app.domain.errors import BackendError, Cancelled, ModelError
from app.main import Link
from tests.sim.gated import make_gate

LISTENING = """
import json, os, socket, sys
arguments = sys.argv[1:]
token_file = arguments[arguments.index("--token-file") + 1]
server = socket.create_server(("127.0.0.1", 0))
facts = {"arguments": arguments, "pid": os.getpid(), "hash": open(token_file).read(), "cwd": os.getcwd(),
         "mode": os.stat(token_file).st_mode & 0o777, "environment": sorted(os.environ)}
print(json.dumps(facts), file=sys.stderr, flush=True)
print(json.dumps({"event": "listening", "url": f"http://127.0.0.1:{server.getsockname()[1]}"}), flush=True)
"""
UNTIL_EOF = "sys.stdin.buffer.read()\n"
STUBBORN = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(1)\n"

Make = Callable[..., EmbeddedBackend]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    return folder


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "backend.log"


@pytest.fixture
def make(tmp_path: Path, model: Path, log: Path) -> Iterator[Make]:
    made: list[EmbeddedBackend] = []

    def build(program: str, start_timeout_s: float = 20.0) -> EmbeddedBackend:
        script = tmp_path / f"child-{len(made)}.py"
        script.write_text(program)
        backend = EmbeddedBackend(
            model, log=log, command=lambda: [sys.executable, str(script)], start_timeout_s=start_timeout_s
        )
        made.append(backend)
        return backend

    yield build
    for backend in made:
        backend.stop()


def facts(log: Path) -> dict[str, object]:
    deadline = time.monotonic() + 30
    while not (log.exists() and log.read_bytes().endswith(b"\n")) and time.monotonic() < deadline:
        time.sleep(0.01)
    found: dict[str, object] = json.loads(log.read_text().splitlines()[-1])
    return found


def is_gone(pid: object) -> bool:
    try:
        os.kill(int(str(pid)), 0)
    except ProcessLookupError:
        return True
    return False


def test_it_is_started_as_the_contract_says_and_its_address_is_given(
    make: Make, model: Path, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a folder of the person's, from which no module may be imported
    words: list[str] = []
    backend = make(LISTENING + UNTIL_EOF).start(words.append)
    found = facts(log)
    assert backend.url.startswith("http://127.0.0.1:")
    assert found["arguments"][:7] == ["serve", "--model", str(model), "--host", "127.0.0.1", "--port", "0"]
    assert "--stop-with-parent" in found["arguments"]
    assert found["hash"] == hashlib.sha256(backend.token.encode()).hexdigest() + "\n"
    assert found["mode"] == 0o600
    assert found["cwd"] == str(embedded.ROOT)
    assert words
    assert words[0].startswith("Starting the built-in backend")


def test_the_token_itself_is_nowhere_but_in_the_answer(make: Make, log: Path) -> None:
    backend = make(LISTENING + UNTIL_EOF).start()
    assert backend.token not in str(facts(log))
    assert all(backend.token not in path.read_text() for path in log.parent.iterdir())


def test_a_token_for_another_backend_is_not_handed_on(make: Make, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHALF_TOKEN", "a-remote-one")
    make(LISTENING + UNTIL_EOF).start()
    assert "NEARHALF_TOKEN" not in facts(log)["environment"]


def test_the_child_is_told_where_to_keep_compiled_code(
    model: Path, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    script = tmp_path / "child.py"
    script.write_text(
        "import json, os, sys\n"
        "print(os.environ.get('NUMBA_CACHE_DIR'), file=sys.stderr, flush=True)\n" + LISTENING + UNTIL_EOF
    )
    child = EmbeddedBackend(
        model, log=log, command=lambda: [sys.executable, str(script)], kernels=tmp_path / "data" / "kernels"
    )
    child.start()
    child.stop()
    assert str(tmp_path / "data" / "kernels") in log.read_text()


def test_starting_twice_gives_the_same_backend(make: Make) -> None:
    child = make(LISTENING + UNTIL_EOF)
    assert child.start() is child.start()


def test_stop_ends_the_child_and_leaves_no_thread_or_token_file(make: Make, log: Path) -> None:
    before = set(threading.enumerate())
    child = make(LISTENING + UNTIL_EOF)
    child.start()
    pid = facts(log)["pid"]
    began = time.monotonic()
    child.stop()
    assert time.monotonic() - began < embedded.STOP_GRACE_S  # asked politely, it needs no signal
    assert is_gone(pid)
    assert not child.is_running
    assert set(threading.enumerate()) == before
    assert list(log.parent.glob("*.hash")) == []
    child.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_child_that_ignores_every_request_is_killed(make: Make, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "STOP_GRACE_S", 0.2)
    child = make(LISTENING + STUBBORN)
    child.start()
    pid = facts(log)["pid"]
    child.stop()
    assert is_gone(pid)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_child_that_was_killed_is_started_anew_with_another_token(make: Make, log: Path) -> None:
    child = make(LISTENING + UNTIL_EOF)
    first = child.start()
    os.kill(int(str(facts(log)["pid"])), signal.SIGKILL)
    deadline = time.monotonic() + 30
    while child.is_running and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not child.is_running
    second = child.start()
    assert child.is_running
    assert second.token != first.token


def test_a_child_that_ends_at_once_is_an_error_that_names_its_log(make: Make, log: Path) -> None:
    child = make("import sys\nprint('no such model', file=sys.stderr)\nsys.exit(3)")
    with pytest.raises(BackendError, match=r"status 3") as caught:
        child.start()
    assert str(log) in caught.value.advice
    assert log.read_text() == "no such model\n"
    assert not child.is_running


def test_a_model_that_another_version_prepared_is_refused_before_a_child_is_started(
    make: Make, model: Path, log: Path
) -> None:
    (model / "manifest.json").write_text('{"format": 1}')
    child = make(LISTENING + UNTIL_EOF)
    with pytest.raises(ModelError, match="format 1; this app reads format 2") as caught:
        child.start()
    assert "start.py" in caught.value.advice
    assert not log.exists()
    (model / "manifest.json").write_text('{"format": 2}')
    child.start()
    assert child.is_running


def test_a_silent_child_is_given_up_and_ended(make: Make, log: Path) -> None:
    child = make("import os, sys\nprint('{\"pid\": %d}' % os.getpid(), file=sys.stderr, flush=True)\n" + UNTIL_EOF, 1.0)
    with pytest.raises(BackendError, match="did not answer"):
        child.start()
    assert is_gone(facts(log)["pid"])


def test_stop_from_another_thread_breaks_off_a_start(make: Make) -> None:
    child = make("import sys\n" + UNTIL_EOF, 60.0)
    timer = threading.Timer(0.3, child.stop)
    timer.start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        child.start()
    timer.join()
    assert time.monotonic() - began < 30


def test_a_start_is_broken_off_when_its_caller_is_stopped(make: Make) -> None:
    child = make("import sys\n" + UNTIL_EOF, 60.0)
    stopped = threading.Event()
    timer = threading.Timer(0.3, stopped.set)
    timer.start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        child.start(is_cancelled=stopped.is_set)
    timer.join()
    assert time.monotonic() - began < 30
    assert not child.is_running


def test_the_way_to_the_built_in_backend_passes_the_stop_on(make: Make, tmp_path: Path) -> None:
    gate = make_gate(tmp_path)
    link = Link(gate, Backend("built-in", "http://127.0.0.1:9", "t"), make("import sys\n" + UNTIL_EOF, 60.0))
    began = time.monotonic()
    with pytest.raises(Cancelled):
        link.open_channel(lambda: True)
    assert time.monotonic() - began < 30
    gate.close()


@pytest.mark.parametrize("url", ["http://0.0.0.0:80", "https://evil.example", "http://127.0.0.1@evil.example", "x"])
def test_an_address_beyond_this_computer_is_not_used(make: Make, url: str) -> None:
    line = json.dumps({"event": "listening", "url": url})
    with pytest.raises(BackendError):
        make(f"import sys\nprint({line!r}, flush=True)\n" + UNTIL_EOF).start()


def test_other_lines_on_its_output_do_no_harm(make: Make) -> None:
    noise = "import sys\nprint('hello')\nprint('[1]')\nprint('{\"event\": 5}')\nprint('x' * 200_000)\n"
    flood = "for _ in range(2000): print('y' * 1000)\n"
    assert make(noise + LISTENING + flood + UNTIL_EOF).start().url.startswith("http://127.0.0.1:")


def test_the_log_is_bounded(make: Make, log: Path) -> None:
    child = make(LISTENING + "for _ in range(3000): print('z' * 1000, file=sys.stderr)\n" + UNTIL_EOF)
    child.start()
    child.stop()
    assert {path.name for path in log.parent.iterdir()} == {"backend.log", "backend.log.1"}
    assert all(path.stat().st_size <= 512 * 1024 for path in log.parent.iterdir())
    assert log.read_text().endswith("z\n")


def test_without_a_prepared_model_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"start\.py"):
        EmbeddedBackend(tmp_path, log=tmp_path / "log").start()


def test_a_program_that_is_not_there_is_an_error_with_advice(model: Path, log: Path) -> None:
    with pytest.raises(BackendError) as caught:
        EmbeddedBackend(model, log=log, command=lambda: ["/no/such/program"]).start()
    assert caught.value.advice
    assert list(log.parent.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_child_ends_when_the_app_is_killed(tmp_path: Path, model: Path, log: Path) -> None:
    script = tmp_path / "child.py"
    script.write_text(LISTENING + UNTIL_EOF)
    app = (
        "import pathlib, sys, time\nfrom app.core.embedded import EmbeddedBackend\n"
        f"child = EmbeddedBackend(pathlib.Path({str(model)!r}), log=pathlib.Path({str(log)!r}),"
        f" command=lambda: [sys.executable, {str(script)!r}])\n"
        "child.start(); print('started', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", app], cwd=embedded.ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"started\n"
        pid = facts(log)["pid"]
        parent.kill()
    deadline = time.monotonic() + 30
    while not is_gone(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert is_gone(pid)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_in_the_terminal_does_not_reach_the_child(make: Make, log: Path) -> None:
    make(LISTENING + UNTIL_EOF).start()
    pid = int(str(facts(log)["pid"]))
    assert os.getpgid(pid) != os.getpgid(0)
    assert os.getsid(pid) == os.getsid(0)  # in another one Linux would forget how nice a trainer is


def test_a_frozen_app_uses_the_program_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert embedded.backend_command() == [sys.executable, "-m", "cloud_backend"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(Path("/opt/nearhalf/nearhalf.exe")))
    assert embedded.backend_command() == [str(Path("/opt/nearhalf/nearhalf-cloud.exe"))]
