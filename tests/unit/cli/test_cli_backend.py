"""`nearhalf backend add|list|test|remove`."""

import io
from pathlib import Path

import pytest

from app.cli import run
from app.cli.backend import plans
from app.cli.terminal import Terminal
from app.core.services import Measurement
from app.domain.backend import Backend
from tests.sim.scripted_services import ScriptedServices


class Keyboard(io.StringIO):
    """A standard input at which a person sits."""

    def isatty(self) -> bool:
        return True


class Run:
    def __init__(self, folder: Path) -> None:
        self.services = ScriptedServices(folder)
        self.environ: dict[str, str] = {}
        self.asked: list[str] = []
        self.out = self.err = ""

    def __call__(self, *argv: str, stdin: io.StringIO | None = None) -> int:
        stdout, stderr = io.StringIO(), io.StringIO()
        terminal = Terminal(stdin or io.StringIO(), stdout, stderr, self.environ, self._ask_secret)
        status = run(("backend", *argv), self.services, terminal)
        self.out, self.err = stdout.getvalue(), stderr.getvalue()
        return status

    def _ask_secret(self, prompt: str) -> str:
        self.asked.append(prompt)
        return "typed-token"


@pytest.fixture
def cli(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_a_token_is_asked_for_without_showing_it(cli: Run) -> None:
    assert cli("add", "home", "https://home.example/", stdin=Keyboard()) == 0
    assert cli.asked == ["Token for home (it is not shown): "]
    assert cli.services.backends.find("home") == Backend("home", "https://home.example", "typed-token")
    assert "typed-token" not in cli.out + cli.err


def test_ctrl_d_instead_of_a_token_adds_nothing(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaves(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr(cli, "_ask_secret", leaves)
    assert cli("add", "home", "https://home.example", stdin=Keyboard()) == 1
    assert "not a token" in cli.err
    assert cli.services.backends.list() == ((), "")


def test_a_piped_token_is_read_where_that_was_said(cli: Run) -> None:
    assert cli("add", "home", "https://home.example", "--token-stdin", stdin=io.StringIO("piped-token\n")) == 0
    assert cli.services.backends.find("home").token == "piped-token"
    assert cli.asked == []


def test_without_a_person_the_token_is_not_guessed_from_whatever_is_piped(cli: Run) -> None:
    assert cli("add", "home", "https://home.example", stdin=io.StringIO("something")) == 1
    assert "--token-stdin" in cli.err
    assert cli.services.backends.list() == ((), "")


def test_the_warning_about_a_missing_keyring_is_shown(cli: Run) -> None:
    cli("add", "home", "https://home.example", stdin=Keyboard())
    assert "Warning: No working keyring" in cli.err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("home", "http://home.example"), "https://"),
        (("a b", "https://home.example"), "cannot be a backend's name"),
        (("built-in", "https://home.example"), "Choose another name"),
        (("home", "https://home.example", "--ca-file", "/no/such.pem"), "/no/such.pem"),
    ],
)
def test_what_is_wrong_is_said_before_the_token_is_asked_for(cli: Run, argv: tuple[str, ...], words: str) -> None:
    assert cli("add", *argv, stdin=Keyboard()) == 1
    assert words in cli.err
    assert cli.asked == []


def test_the_list_has_the_built_in_one_first_and_no_tokens(cli: Run) -> None:
    cli.services.backends.add(Backend("work", "https://work.example", "token-w"))
    cli.services.backends.add(Backend("home", "https://home.example", "token-h"))
    assert cli("list") == 0
    assert [line.split()[0] for line in cli.out.splitlines()] == ["built-in", "home", "work"]
    assert "https://home.example" in cli.out
    assert "token-" not in cli.out


def test_a_damaged_list_is_said(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "backends.json").write_text("{")
    assert cli("list") == 0
    assert "backends.damaged-1.json" in cli.err


def test_a_backend_is_removed_and_a_second_time_is_an_error(cli: Run) -> None:
    cli.services.backends.add(Backend("home", "https://home.example", "token-h"))
    assert cli("remove", "home") == 0
    assert cli("remove", "home") == 1
    assert "no backend called 'home'" in cli.err


def test_the_prediction_is_the_formula_applied_to_what_was_measured(cli: Run) -> None:
    cli.services.measurement = Measurement((10.0, 9.0, 50.0), 30.0, 12.0, layers=28)
    assert cli("test") == 0
    assert cli.services.measured == [None]
    rows = [line.split(maxsplit=2) for line in cli.out.splitlines() if line[:11].strip().isdigit()]
    assert [(int(trips), float(speed)) for trips, speed, _ in rows] == [
        (1, 33.3), (1, 33.3), (3, 18.5), (6, 11.1), (28, 2.8),
    ]  # fmt: skip
    assert "28 layers" in cli.out
    for number in ("10.00 ms  (median of 3, 9.00 to 50.00)", "30.00 ms", "12.00 ms"):
        assert number in cli.out


@pytest.mark.parametrize(
    ("step_ms", "exchange_ms", "trips", "expected"), [(36.0, 20.0, 34, 1.4), (10.0, 0.3, 1, 100.0)]
)
def test_the_formula(step_ms: float, exchange_ms: float, trips: int, expected: float) -> None:
    assert Measurement((7.0,), step_ms, exchange_ms, 34).tokens_per_s(trips) == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize(
    ("layers", "trips"), [(30, [1, 1, 3, 6, 30]), (5, [1, 1, 3, 5]), (3, [1, 1, 3]), (1, [1, 1, 1])]
)
def test_the_plans_are_those_of_the_model(layers: int, trips: list[int]) -> None:
    assert [trips for trips, _ in plans(layers)] == trips


def test_whoever_adds_a_backend_is_told_what_its_operator_can_do(cli: Run) -> None:
    cli("add", "home", "https://home.example", stdin=Keyboard())
    assert "records the traffic can rebuild" in cli.err


def test_a_saved_backend_and_an_address_are_measured_with_their_tokens(cli: Run) -> None:
    cli.services.backends.add(Backend("home", "https://home.example", "token-h"))
    cli.environ["NEARHALF_TOKEN"] = "token-e"
    assert cli("test", "home") == 0
    assert cli("test", "https://other.example") == 0
    assert [backend.token for backend in cli.services.measured if backend] == ["token-h", "token-e"]
    assert "other.example at https://other.example" in cli.out
