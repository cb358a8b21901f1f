"""`nearhalf audit canary`: a chat that leaks is caught and named, one that does not is not; the report says what an
operator can do all the same."""

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.cli import run
from app.cli.terminal import Terminal
from app.core.recorded_chat import RecordedChat
from app.core.services import ChatRequest, Report
from app.domain.clearance import Direction, Purpose
from app.domain.ids import NO_MESSAGE
from app.privacy.kept import KeptContent
from tests.sim.capture_files import pcap
from tests.sim.gated import step_frame
from tests.sim.scripted_services import ScriptedServices


class Leaking(ScriptedServices):
    """Keeps a frame, and whatever `leak` makes of the message that was typed."""

    def leak(self, prompt: str) -> Sequence[bytes]:
        return ()

    @property
    def packs(self) -> Path:
        return self.folder / "packs"

    @contextmanager
    def open_recorded_chat(self, request: ChatRequest, report: Report) -> Iterator[RecordedChat]:
        with self.open_chat(request, report) as chat:

            def kept() -> list[KeptContent]:
                prompt = self.chat.sent[-1][0]
                contents = [step_frame(), *self.leak(prompt)]
                return [
                    KeptContent(n, Direction.UP, Purpose.GENERATE, NO_MESSAGE, data) for n, data in enumerate(contents)
                ]

            yield RecordedChat(chat, kept)


class Run:
    def __init__(self, folder: Path) -> None:
        self.services = Leaking(folder)
        self.folder = folder
        self.out = self.err = ""

    def __call__(self, *argv: str) -> int:
        stdout, stderr = io.StringIO(), io.StringIO()
        report = ("--out", str(self.folder / "report.html"), "--json-out", str(self.folder / "report.json"))
        status = run(("audit", "canary", *report, *argv), self.services, Terminal(io.StringIO(), stdout, stderr, {}))
        self.out, self.err = stdout.getvalue(), stderr.getvalue()
        return status

    @property
    def page(self) -> str:
        return (self.folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture
def canary(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_nothing_leaks_and_the_report_still_says_what_an_operator_can_do(canary: Run) -> None:
    assert canary() == 0, canary.out + canary.err
    assert canary.out.startswith("No text was found in what left.")
    assert "can rebuild every word" in canary.out and "nearhalf audit recover" in canary.out
    assert "can rebuild every word" in canary.page and "http" not in canary.page.replace("http-equiv", "")
    facts = json.loads((canary.folder / "report.json").read_text())
    assert facts["is_good"] and facts["self_test"]["planted"] == facts["self_test"]["found"] > 500
    assert "nearhalf audit recover" in facts["what_an_operator_can_do"]


@pytest.mark.parametrize("form", ["UTF-8", "UTF-16-LE", "hex"])
def test_a_leak_is_caught_and_named(canary: Run, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    def leak(self: Leaking, prompt: str) -> Sequence[bytes]:
        secret = {
            "UTF-8": prompt.encode(),
            "UTF-16-LE": prompt.encode("utf-16-le"),
            "hex": prompt.encode().hex().encode(),
        }
        return [step_frame(), step_frame()[:100] + secret[form]]

    monkeypatch.setattr(Leaking, "leak", leak)
    assert canary() == 1
    assert canary.out.startswith("Text left this computer")
    assert f"name as {form}: entry 2, generate" in canary.out
    assert "sentence" in canary.page and "entry 2, generate" in canary.page


def test_a_leak_cut_between_two_frames_is_caught(canary: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def leak(self: Leaking, prompt: str) -> Sequence[bytes]:
        return [prompt.encode()[at : at + 5] for at in range(0, len(prompt), 5)]

    monkeypatch.setattr(Leaking, "leak", leak)
    assert canary() == 1
    assert "all of them joined" in canary.out


def test_a_file_that_holds_it_is_named(canary: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def leak(self: Leaking, prompt: str) -> Sequence[bytes]:
        (self.folder / "logs").mkdir()
        (self.folder / "logs" / "app.log").write_text(f"INFO the prompt was {prompt}")
        return ()

    monkeypatch.setattr(Leaking, "leak", leak)
    assert canary() == 1
    assert "logs/app.log" in canary.out and "logs/app.log" in canary.page


def test_a_recorder_that_saw_something_else_is_not_called_good(canary: Run) -> None:
    (canary.folder / "nothing.pcap").write_bytes(pcap([]))
    assert canary("--pcap", str(canary.folder / "nothing.pcap")) == 1
    assert "Nothing could be compared" in canary.out and canary.out.startswith("The independent recording is not whole")
    assert canary("--pcap", str(canary.folder / "missing.pcap")) == 1
    assert "Start your recorder first" in canary.err


def test_a_search_that_misses_what_was_planted_is_not_believed(canary: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.audit.canary.search", lambda places, needles: [])
    assert canary() == 1
    assert canary.out.startswith("The test itself failed.")


def test_a_report_that_cannot_be_written_is_said(canary: Run, tmp_path: Path) -> None:
    assert canary("--json-out", str(tmp_path)) == 1
    assert "cannot be written" in canary.err
