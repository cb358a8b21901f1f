"""`nearhalf audit export|verify|key`: what a person reads, and the exit status."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import run
from app.cli.terminal import Terminal
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from tests.sim.backend_process import ROOT
from tests.sim.keyrings import NullKeyring
from tests.sim.scripted_services import ScriptedServices
from tests.unit.audit.exports import KEY, files_of, put_files, talk


class Run:
    def __init__(self, folder: Path) -> None:
        self.services = ScriptedServices(folder)
        self.folder = folder
        gate = PrivacyGate(Ledger(self.services.ledger))
        talk(gate)
        gate.close()
        self.out = self.err = ""

    def __call__(self, *argv: str) -> int:
        stdout, stderr = io.StringIO(), io.StringIO()
        status = run(("audit", *argv), self.services, Terminal(io.StringIO(), stdout, stderr, {}))
        self.out, self.err = stdout.getvalue(), stderr.getvalue()
        return status


@pytest.fixture
def cli(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_an_export_is_written_signed_and_verified(cli: Run) -> None:
    path = str(cli.folder / "audit.zip")
    assert cli("export", "--out", path, "--har") == 0
    assert "3 entries" in cli.out
    assert KEY.fingerprint in cli.out
    assert cli("verify", path, "--fingerprint", KEY.fingerprint) == 0
    assert cli.out.startswith("GOOD")
    assert cli("verify", path, "--json") == 0
    assert json.loads(cli.out)["fingerprint"] == KEY.fingerprint


def test_a_forged_export_is_named_and_the_status_says_so(cli: Run) -> None:
    path = cli.folder / "audit.zip"
    cli("export", "--out", str(path))
    files = files_of(path)
    files["entries.jsonl"] = files["entries.jsonl"].replace(b'"up"', b'"down"', 1)
    put_files(path, files)
    assert cli("verify", str(path)) == 1
    assert cli.out.startswith("NOT GENUINE AS IT STANDS: entries.jsonl")
    assert "First: entries.jsonl" in cli.out
    assert cli("verify", str(path), "--json") == 1
    assert json.loads(cli.out)["is_good"] is False


def test_a_bare_ledger_is_verified(cli: Run) -> None:
    assert cli("verify", str(cli.services.ledger)) == 0
    assert "3 entries" in cli.out


def test_an_unsigned_export_is_told_apart(cli: Run) -> None:
    path = str(cli.folder / "audit.zip")
    assert cli("export", "--out", path, "--unsigned") == 0
    assert "Not signed" in cli.out
    assert cli("verify", path) == 1
    assert "NOT PROVEN" in cli.out
    assert cli("verify", path, "--unsigned") == 0


def test_frames_are_refused_with_the_way_to_get_them(cli: Run) -> None:
    assert cli("export", "--frames") == 1
    assert "privacy panel" in cli.err


def test_a_fine_tunings_ledger_is_exported_by_itself_and_each_export_tells_of_the_other(cli: Run) -> None:
    job = "20261123-140512-a1b2c3"
    gate = PrivacyGate(Ledger(cli.folder / "tuning" / job / "ledger.nhl"))
    talk(gate)
    talk(gate)
    gate.close()
    own, its = str(cli.folder / "own.zip"), str(cli.folder / "job.zip")
    assert cli("export", "--out", own) == 0
    assert f"--job: {job}" in cli.err
    assert cli("verify", own) == 0
    assert f"tuning/{job}/ledger.nhl (" in cli.out

    assert cli("export", "--out", its, "--job", job) == 0
    assert "6 entries" in cli.out
    assert "--job" not in cli.err
    assert cli("verify", its) == 0
    assert "ledger.nhl (" in cli.out
    assert f"tuning/{job}/ledger.nhl (" not in cli.out

    assert cli("export", "--out", str(cli.folder / "none.zip"), "--job", "no such job") == 1
    assert job in cli.err


def test_an_export_that_hides_another_ledger_is_no_longer_signed(cli: Run) -> None:
    Ledger(cli.folder / "tuning" / "one" / "ledger.nhl").close()
    path = cli.folder / "audit.zip"
    assert cli("export", "--out", str(path)) == 0
    files = files_of(path)
    manifest = json.loads(files["manifest.json"])
    assert [one["name"] for one in manifest["beside"]] == ["tuning/one/ledger.nhl"]
    files["manifest.json"] = json.dumps(manifest | {"beside": []}, indent=1).encode()
    put_files(path, files)
    assert cli("verify", str(path)) == 1
    assert "the signature does not fit" in cli.out.lower()


def test_other_ledgers_beside_it_are_named(cli: Run) -> None:
    (cli.folder / "ledger-2.nhl").touch()
    assert cli("export", "--out", str(cli.folder / "audit.zip")) == 0
    assert "ledger-2.nhl" in cli.err


def test_the_key_is_shown(cli: Run) -> None:
    assert cli("key") == 0
    assert cli.out.strip() == KEY.fingerprint


@pytest.mark.parametrize("argv", [("export", "--out", "/proc/nowhere/x.zip"), ("verify", "/nowhere.zip")])
def test_what_cannot_be_done_is_said(cli: Run, argv: tuple[str, ...]) -> None:
    assert cli(*argv) == 1
    assert cli.err
    assert "Traceback" not in cli.err


@pytest.mark.parametrize("action", ["export", "verify", "key"])
def test_help_says_what_it_does_with_an_example(action: str, capsys: pytest.CaptureFixture[str], cli: Run) -> None:
    assert cli(action, "--help") == 0
    assert f"nearhalf audit {action}" in capsys.readouterr().out


def test_the_real_command_signs_with_the_key_in_the_vault_and_says_why_it_cannot(tmp_path: Path) -> None:
    home = tmp_path / "home"
    environ = os.environ | {"NEARHALF_HOME": str(home), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    gate = PrivacyGate(Ledger(home / "ledger.nhl"))  # held, as by a running app
    talk(gate)

    def audit(*argv: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app", "audit", *argv]
        return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=100, check=False)

    path = str(tmp_path / "audit.zip")
    made = audit("export", "--out", path)
    assert made.returncode == 0, made.stderr
    fingerprint = audit("key").stdout.strip()
    assert fingerprint in made.stdout
    assert audit("verify", path, "--fingerprint", fingerprint).returncode == 0
    vault = DataVault(DataFolder(home), NullKeyring())
    assert vault.open_without_asking()
    refused = audit("export", "--out", str(tmp_path / "other.zip"))
    vault.close()
    gate.close()
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Another Nearhalf has this history open" in refused.stderr
