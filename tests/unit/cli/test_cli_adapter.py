"""`nearhalf adapter`: what a person reads, what a program reads, and the exit status."""

import io
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from app.cli import run
from app.cli.terminal import Terminal
from app.core.learned_places import learned_places
from app.core.notes import NotesReader
from app.domain.notes import NotesSet
from app.storage import passphrase_file
from app.wire.plan import ExchangePlan, Projection, Tap, Target
from tests.sim.scripted_services import ScriptedServices
from tests.unit.core.test_adapters import CHEAP, FACTS, HARMED, MODEL, TEXT, adapter_bytes


class Run:
    def __init__(self, folder: Path) -> None:
        self.services = ScriptedServices(folder / "home")
        self.library = self.services.adapters.files
        self.secrets: list[str] = []
        self.out = self.err = ""

    def __call__(self, *argv: str) -> int:
        stdout, stderr = io.StringIO(), io.StringIO()
        terminal = Terminal(io.StringIO(), stdout, stderr, {}, lambda _: self.secrets.pop(0))
        status = run(("adapter", *argv), self.services, terminal)
        self.out, self.err = stdout.getvalue(), stderr.getvalue()
        return status


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(passphrase_file, "measured_cost", lambda: CHEAP)
    return Run(tmp_path)


def test_an_empty_library_says_how_to_fill_it(cli: Run) -> None:
    assert cli("list") == 0
    assert "nearhalf tune" in cli.err
    assert cli("list", "--json") == 0
    assert json.loads(cli.out) == []


def test_of_two_with_one_name_the_list_says_the_files(cli: Run) -> None:
    twins = [cli.library.add_bytes(adapter_bytes(), "Letters", FACTS) for _ in range(2)]
    cli.library.add_bytes(adapter_bytes(), "Diary", FACTS)
    assert cli("list") == 0
    assert cli.out.count(", file ") == 2
    assert all(f", file {path.stem})" in cli.out for path in twins)
    assert all(cli("show", path.stem) == 0 for path in twins)


def test_a_card_is_shown_and_a_program_gets_every_fact(cli: Run) -> None:
    cli.library.add_bytes(adapter_bytes(), "Letters", FACTS)
    assert cli("list") == 0
    assert cli.out.startswith("Letters  (") and "round trips a token" in cli.out
    assert cli("show", "Letters") == 0
    assert "it helped" in cli.out and FACTS.data_sha256 in cli.out and MODEL.backbone_sha256 in cli.out
    assert cli("show", "Letters", "--json") == 0
    found = json.loads(cli.out)
    assert found["training"] == asdict(FACTS) and found["stale"] == []


def test_harm_and_secrets_that_came_out_are_said_as_such(cli: Run) -> None:
    worse = replace(HARMED, has_helped=False, gain=-0.25, gain_low=-0.375, gain_high=-0.125)
    cli.library.add_bytes(adapter_bytes(), "Letters", worse)
    assert cli("show", "Letters") == 0
    assert "it made things worse" in cli.out and "did not help" not in cli.out
    assert "75% of questions right before, 25% after: it lost some of what it could do" in cli.out
    assert "of 4 of the notes that were asked for it knows 2" in cli.out
    assert "it began to memorise after 30" in cli.out
    cli.library.add_bytes(adapter_bytes(), "Old", FACTS)
    assert cli("show", "Old") == 0
    assert "general" not in cli.out and "secrets" not in cli.out and "memorise" not in cli.out
    fine = replace(HARMED, has_harmed=False, general_after=0.75, secrets_known=0, is_tested=False)
    cli.library.add_bytes(adapter_bytes(), "Fine", fine)
    assert cli("show", "Fine") == 0
    assert "no damage was seen" in cli.out and "none came out" in cli.out and "too little text" in cli.out


def test_notes_that_are_gone_are_noticed_when_the_library_is_opened(cli: Run, tmp_path: Path) -> None:
    note = tmp_path / "a.md"
    note.write_text(TEXT)
    reader = NotesReader()
    reader.add([note])
    cli.library.add_bytes(adapter_bytes(), "Letters", FACTS, learned_places(NotesSet(reader.notes, ())))
    assert cli("list") == 0 and "gone" not in cli.out
    note.unlink()
    assert cli("list") == 0 and "notes are gone" in cli.out
    note.write_text(TEXT)
    assert cli("show", "Letters") == 0 and "gone" not in cli.err
    note.unlink()
    assert cli("show", "Letters", "--json") == 0
    assert (json.loads(cli.out)["stale"], json.loads(cli.out)["notes_gone"]) == (["notes"], 1)
    assert str(tmp_path / "a.md") not in cli.out


def test_a_card_says_how_many_layers_the_device_runs_itself(cli: Run) -> None:
    plan = ExchangePlan((Tap(0, (Target(2, Projection.V),), 4, 4),))
    cli.library.add_bytes(adapter_bytes(plan, device_layers=2), "Near", FACTS)
    cli.library.add_bytes(adapter_bytes(), "Far", FACTS)
    assert cli("show", "Near") == 0
    assert "1 round trip a token; 2 layers run here too\n" in cli.out
    assert cli("show", "Far") == 0
    assert "run here" not in cli.out


def test_an_unknown_name_is_an_error_with_advice(cli: Run) -> None:
    assert cli("show", "Letters") == 1
    assert "no adapter called Letters" in cli.err and "nearhalf adapter list" in cli.err


def test_two_of_one_name_are_told_apart_by_their_files(cli: Run) -> None:
    first, second = (cli.library.add_bytes(adapter_bytes(), "Letters", FACTS) for _ in range(2))
    assert cli("delete", "Letters", "--yes") == 1
    assert first.stem in cli.err and second.stem in cli.err
    assert cli("delete", second.stem, "--yes") == 0
    assert [kept.path for kept in cli.library.adapters()] == [first]


def test_check_asks_the_backend_and_names_what_changed(cli: Run) -> None:
    cli.library.add_bytes(adapter_bytes(), "Letters", FACTS)
    cli.services.adapters.models = [replace(MODEL, backbone_sha256="00" * 32), MODEL]
    assert cli("show", "Letters", "--check", "--json") == 0
    assert json.loads(cli.out)["stale"] == []
    cli.services.adapters.models = [replace(MODEL, recipes=())]
    assert cli("show", "Letters", "--check") == 0
    assert "other matrices A and B" in cli.err


def test_a_locked_copy_goes_out_and_comes_back(cli: Run, tmp_path: Path) -> None:
    cli.library.add_bytes(adapter_bytes(), "Letters", FACTS)
    target = tmp_path / "letters.nha"
    cli.secrets = ["correct horse", "wrong"]
    assert cli("export", "Letters", "--to", str(target), "--locked") == 1
    assert not target.exists()
    cli.secrets = ["correct horse", "correct horse"]
    assert cli("export", "Letters", "--to", str(target), "--locked") == 0
    assert "not encrypted" not in cli.err
    assert cli("export", "Letters", "--to", str(target)) == 1, "it does not replace a file"
    assert cli("delete", "Letters", "--yes", "--json") == 0
    assert json.loads(cli.out) == {"deleted": "Letters"} and not cli.library.adapters()
    cli.secrets = ["wrong"]
    assert cli("import", str(target)) == 1
    assert "passphrase" in cli.err
    cli.secrets = ["correct horse"]
    assert cli("import", str(target), "--json") == 0
    assert json.loads(cli.out)["name"] == "Letters"


def test_an_open_copy_says_that_it_is_open(cli: Run, tmp_path: Path) -> None:
    cli.library.add_bytes(adapter_bytes(), "Letters")
    assert cli("export", "Letters", "--to", str(tmp_path / "a.nha")) == 0
    assert "not encrypted" in cli.err


def test_a_name_that_no_file_can_have_is_refused_in_words(cli: Run, tmp_path: Path) -> None:
    cli.library.add_bytes(adapter_bytes(), "Letters")
    assert cli("export", "Letters", "--to", str(tmp_path / ("a" * 400))) == 1
    assert "cannot be written" in cli.err


def test_a_folder_for_transformers_takes_a_strength(cli: Run, tmp_path: Path) -> None:
    path = cli.library.add_bytes(adapter_bytes(), "Letters")
    to = tmp_path / "out"
    assert cli("export", "Letters", "--to", str(to), "--form", "transformers", "--strength", "150", "--json") == 0
    assert cli.services.adapters.exported == [(path, to, 150)]
    assert json.loads(cli.out)["files"] == ["nearhalf.safetensors"]
    assert cli("export", "Letters", "--to", str(to), "--form", "transformers", "--strength", "151") == 1
    assert cli("export", "Letters", "--to", str(to), "--form", "transformers", "--locked") == 1


def test_a_strength_without_a_folder_for_transformers_is_refused(cli: Run, tmp_path: Path) -> None:
    cli.library.add_bytes(adapter_bytes(), "Letters")
    target = tmp_path / "half.nha"
    assert cli("export", "Letters", "--to", str(target), "--strength", "50") == 1
    assert "has no strength" in cli.err and "--form transformers" in cli.err
    assert not target.exists()


def test_an_adapter_is_found_by_the_path_that_a_program_was_told(cli: Run) -> None:
    path = cli.library.add_bytes(adapter_bytes(), "Letters")
    for wanted in (str(path), path.name, path.stem):
        assert cli("show", wanted) == 0
        assert cli.out.startswith("Letters\n")


def test_nothing_is_deleted_where_nobody_can_be_asked(cli: Run) -> None:
    cli.library.add_bytes(adapter_bytes(), "Letters")
    assert cli("delete", "Letters") == 1
    assert len(cli.library.adapters()) == 1
