"""`nearhalf chat` where no person types: one message, piped messages, JSON, errors."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli import run
from app.cli.terminal import Terminal
from app.core.events import EndReason, Traffic
from app.core.services import ChatRequest
from app.domain.backend import Backend
from app.domain.errors import BackendError, ModelError
from tests.sim.scripted_conversations import ScriptedConversations, ScriptedReply
from tests.sim.scripted_services import ScriptedServices


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Run:
    """One command line, carried out; what it wrote."""

    def __init__(self, folder: Path) -> None:
        self.services = ScriptedServices(folder)
        self.environ: dict[str, str] = {}
        self.stdout, self.stderr = io.StringIO(), io.StringIO()

    def __call__(self, *argv: str, stdin: str = "") -> int:
        return run(argv, self.services, Terminal(io.StringIO(stdin), self.stdout, self.stderr, self.environ))

    @property
    def out(self) -> str:
        return self.stdout.getvalue()

    @property
    def err(self) -> str:
        return self.stderr.getvalue()


@pytest.fixture
def cli(tmp_path: Path) -> Run:
    return Run(tmp_path)


def script(*replies: ScriptedReply) -> ScriptedConversations:
    return ScriptedConversations(script=replies)


def test_one_message_is_answered_on_stdout_and_nothing_else_is_there(cli: Run) -> None:
    assert cli("chat", "--once", "Hi") == 0
    assert cli.out == "Hello there.\n"
    assert cli.err == ""
    assert [text for text, _ in cli.services.chat.sent] == ["Hi"]
    assert cli.services.chat.is_closed


def test_piped_lines_are_messages_of_one_chat_answered_in_order(cli: Run) -> None:
    cli.services.chat = script(ScriptedReply(("One",)), ScriptedReply(("Two", "\n")), ScriptedReply(("Three",)))
    assert cli("chat", stdin="\ufefffirst\r\n\n   \n/new\nlast without an end") == 0
    assert cli.out == "One\nTwo\nThree\n"
    assert [text for text, _ in cli.services.chat.sent] == ["first", "/new", "last without an end"]
    assert len(cli.services.requests) == 1


def test_nothing_piped_is_nothing_answered(cli: Run) -> None:
    assert cli("chat", stdin="") == 0
    assert cli.out == ""


def test_without_a_command_the_window_is_opened_and_its_status_returned(cli: Run) -> None:
    assert cli() == 7
    assert cli.services.windows == 1
    assert cli.services.keylogs == [None]


def test_a_window_that_writes_keys_says_so_before(cli: Run) -> None:
    assert cli("--keylog", "keys.log") == 7
    assert cli.services.keylogs == [Path("keys.log")]
    assert "keys.log" in cli.err
    assert cli.services.windows == 1


def test_json_is_one_object_a_reply_with_the_bytes_and_times(cli: Run) -> None:
    traffic = Traffic(
        frames_up=31, frames_down=32, bytes_up=1000, bytes_down=2000, prompt_tokens=9, tokens=11,
        round_trips_per_token=30, first_token_s=0.25, decode_s=0.5,
    )  # fmt: skip
    cli.services.chat = script(
        ScriptedReply(("Grüße ", "\x1b[2J"), traffic=traffic),
        ScriptedReply(("cut",), reason=EndReason.MAX_TOKENS, traffic=traffic),
    )
    assert cli("chat", "--json", stdin="a\nb\n") == 0
    first, second = (json.loads(line) for line in cli.out.splitlines())
    assert first == {
        "text": "Grüße \x1b[2J", "end": "end_of_text", "error": None, "tokens": 11, "prompt_tokens": 9, "frames_up": 31,
        "frames_down": 32, "bytes_up": 1000, "bytes_down": 2000, "round_trips_per_token": 30, "first_token_s": 0.25,
        "decode_s": 0.5, "tokens_per_s": 20.0,
    }  # fmt: skip
    assert second["end"] == "max_tokens"


def test_every_sampling_flag_reaches_the_chat(cli: Run) -> None:
    flags = "--temperature 0.5 --top-k 40 --top-p 0.8 --min-p 0.05 --repetition-penalty 1.1 --seed 7 --max-tokens 20"
    assert cli("chat", "--once", "Hi", *flags.split(), "--stop", "END", "--stop", "\n\n") == 0
    (settings,) = (settings for _, settings in cli.services.chat.sent)
    assert (settings.temperature, settings.top_k, settings.top_p, settings.min_p) == (0.5, 40, 0.8, 0.05)
    assert (settings.repetition_penalty, settings.seed, settings.max_tokens) == (1.1, 7, 20)
    assert settings.stop == ("END", "\n\n")


@pytest.mark.parametrize("argv", [("--once", "Hi"), ()])
def test_the_defaults_are_the_models_own_whether_piped_or_not(cli: Run, argv: tuple[str, ...]) -> None:
    cli("chat", *argv, stdin="Hi\n")
    (settings,) = (settings for _, settings in cli.services.chat.sent)
    assert (settings.temperature, settings.top_p, settings.top_k, settings.seed) == (0.2, 0.9, 0, None)


def test_model_adapter_and_system_message_are_asked_for(cli: Run, tmp_path: Path) -> None:
    adapter = tmp_path / "mine.nha"
    adapter.write_text("")
    cli("chat", "--once", "Hi", "--model", "smollm2", "--adapter", str(adapter), "--system", "Be brief.")
    assert cli.services.requests == [ChatRequest(None, "smollm2", adapter, "Be brief.")]


def test_an_adapter_that_is_not_there_is_said_before_anything_is_opened(cli: Run) -> None:
    assert cli("chat", "--once", "Hi", "--adapter", "/no/such.nha") == 1
    assert "/no/such.nha" in cli.err
    assert cli.services.requests == []


@pytest.mark.parametrize(
    "argv",
    [
        ("--top-p", "0"),
        ("--top-k", "-1"),
        ("--max-tokens", "0"),
        ("--stop", ""),
        ("--temperature", "-1"),
    ],
    ids=" ".join,
)
def test_a_value_outside_its_range_is_an_error_in_words(cli: Run, argv: tuple[str, ...]) -> None:
    assert cli("chat", "--once", "Hi", *argv) == 1
    assert "cannot be used" in cli.err
    assert cli.services.requests == []


@pytest.mark.parametrize(
    "argv",
    [
        ("chat", "--top-k", "many"),
        ("chat", "--temperature", "nan"),
        ("chat", "--temperature", "inf"),
        ("chat", "--seed", "-1"),
        ("chat", "--seed", str(2**63)),
        ("chat", "--nonsense"),
        ("chat", "--temp", "1"),
        ("chat", "stray"),
        ("nonsense",),
        ("backend",),
        ("backend", "add", "home"),
    ],
    ids=" ".join,
)
def test_wrong_arguments_are_status_2(cli: Run, argv: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli(*argv) == 2
    assert "usage: nearhalf" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        ("--keylog", ""),
        *(("chat", option, "") for option in ("--adapter", "--backend", "--ca-file", "--keylog", "--model")),
        ("chat", "--token-file", " "),
        ("backend", "add", "home", ""),
        ("backend", "test", ""),
        ("adapter", "show", ""),
        ("adapter", "export", "Letters", "--to", ""),
        ("adapter", "import", ""),
        ("audit", "verify", ""),
        ("audit", "recover", "--adapter", ""),
        ("tune", "notes", "--name", ""),
    ],
    ids=str,
)
def test_a_name_or_path_that_is_empty_is_refused_in_words(
    cli: Run, argv: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli(*argv) == 2
    assert "it is empty: check the variable that should hold it" in capsys.readouterr().err
    assert not cli.services.windows


def test_a_message_and_a_stop_text_may_be_empty_as_far_as_the_words_go(cli: Run) -> None:
    assert cli("chat", "--once", "") == 1
    assert "nothing to send" in cli.err
    assert cli("chat", "--once", "Hi", "--system", "") == 0


@pytest.mark.parametrize(
    "argv",
    [(), ("chat",), ("backend",), *(("backend", action) for action in ("add", "list", "test", "remove"))],
    ids=str,
)
def test_every_command_has_help_with_an_example(
    cli: Run, argv: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli(*argv, "--help") == 0
    text = capsys.readouterr().out
    assert "example" in text
    assert "nearhalf " + " ".join(argv) in text.partition("example")[2]


def test_an_error_is_a_message_and_advice_on_stderr_and_no_traceback(cli: Run) -> None:
    cli.services.error = ModelError("There is no model.", "Run start.py again.")
    assert cli("chat", "--once", "Hi") == 1
    assert cli.err == "There is no model.\nRun start.py again.\n"
    assert cli.out == ""


def test_a_reply_that_fails_keeps_its_text_and_ends_the_command(cli: Run) -> None:
    failed = ScriptedReply(("Hel",), reason=EndReason.FAILED, error=BackendError("The backend is gone.", "Try later."))
    cli.services.chat = script(failed)
    assert cli("chat", stdin="a\nb\n") == 1
    assert cli.out == "Hel\n"
    assert cli.err == "The backend is gone.\nTry later.\n"
    assert len(cli.services.chat.sent) == 1
    assert cli.services.chat.is_closed


def test_in_json_a_reply_that_fails_says_so_too(cli: Run) -> None:
    failed = ScriptedReply((), reason=EndReason.FAILED, error=BackendError("The backend is gone.", "Try later."))
    cli.services.chat = script(failed)
    assert cli("chat", "--json", "--once", "a") == 1
    assert json.loads(cli.out)["error"] == {"message": "The backend is gone.", "advice": "Try later."}


def test_in_json_a_chat_that_cannot_be_opened_is_one_object_too(cli: Run) -> None:
    cli.services.error = ModelError("There is no model.", "Run start.py again.")
    assert cli("chat", "--json", "--once", "Hi") == 1
    (line,) = cli.out.splitlines()
    opened = json.loads(line)
    assert (opened["text"], opened["end"]) == ("", "failed")
    assert opened["error"] == {"message": "There is no model.", "advice": "Run start.py again."}
    assert cli.err == "There is no model.\nRun start.py again.\n"


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["text", "json"])
def test_what_an_operator_can_do_is_said_of_every_backend_but_the_built_in_one(cli: Run, more: tuple[str, ...]) -> None:
    cli.services.backends.add(Backend("home", "https://home.example", "token-h"))
    assert cli("chat", "--once", "Hi", "--backend", "home", *more) == 0
    assert cli.err.count("records the traffic can rebuild") == 1
    assert "rebuild" not in cli.out


def test_help_names_the_command_that_the_person_typed(
    cli: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEARHALF_COMMAND", "python3 start.py")
    assert cli("chat", "--help") == 0
    text = capsys.readouterr().out
    assert "usage: python3 start.py chat" in text
    assert "  python3 start.py chat --once" in text
    assert "nearhalf" not in text


@pytest.mark.allow_warning_logs
def test_a_bug_of_ours_is_words_and_status_1(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli.services, "open_chat", broken)
    assert cli("chat", "--once", "Hi") == 1
    assert "went wrong" in cli.err
    assert "Traceback" not in cli.err


def test_a_lost_connection_is_said_and_the_reply_goes_on(cli: Run) -> None:
    cli.services.chat = script(ScriptedReply(("One", " two"), reconnects=True))
    assert cli("chat", "--once", "Hi") == 0
    assert cli.out == "One two\n"
    assert cli.err == "[Reconnecting] The connection broke; trying again in 1 s.\n[Working] Connected again.\n"


def test_on_one_screen_a_note_does_not_break_into_a_line_of_the_reply(cli: Run) -> None:
    cli.services.chat = script(ScriptedReply(("One", " two"), reconnects=True))
    cli.stdout = cli.stderr = Screen()
    cli.environ["TERM"] = "dumb"
    assert cli("chat", "--once", "Hi") == 0
    assert cli.out.startswith("One\n[Reconnecting]")
    assert "Connected again.\n two\n5 frames" in cli.out


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_message_is_not_sent(cli: Run, text: str) -> None:
    assert cli("chat", "--once", text) == 1
    assert cli.services.requests == []


def test_bytes_of_the_command_line_that_are_no_text_become_question_marks(cli: Run) -> None:
    assert cli("chat", "--once", "caf\udce9") == 0
    assert cli.services.chat.sent[0][0] == "caf?"


Choose = Callable[[Run], None]


def test_a_saved_backend_is_found_with_its_token(cli: Run) -> None:
    cli.services.backends.add(Backend("home", "https://home.example", "token-h"))
    assert cli("chat", "--once", "Hi", "--backend", "home") == 0
    assert cli.services.requests[0].backend == Backend("home", "https://home.example", "token-h")


def test_an_address_takes_its_token_from_the_environment_or_a_file(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    cli.environ["NEARHALF_TOKEN"] = "from-environment"
    address = ("chat", "--once", "Hi", "--backend", "https://home.example")
    assert cli(*address) == 0
    cli.services.chat = ScriptedConversations()
    assert cli(*address, "--token-file", str(tmp_path / "token")) == 0
    tokens = [request.backend.token for request in cli.services.requests if request.backend]
    assert tokens == ["from-environment", "from-file"]


def test_a_token_in_the_environment_never_goes_to_a_saved_backend(cli: Run) -> None:
    cli.services.backends.add(Backend("home", "https://home.example", "token-h"))
    cli.environ["NEARHALF_TOKEN"] = "for-another"
    cli("chat", "--once", "Hi", "--backend", "home")
    assert cli.services.requests[0].backend == Backend("home", "https://home.example", "token-h")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("--backend", "nowhere"), "no backend called"),
        (("--backend", "https://home.example"), "no token"),
        (("--backend", "http://home.example"), "https://"),
        (("--backend", "https://home.example", "--token-file", "/no/such"), "/no/such"),
        (("--token-file", "x"), "go with an address"),
    ],
    ids=str,
)
def test_a_backend_that_cannot_be_used_is_said_before_anything_is_opened(
    cli: Run, argv: tuple[str, ...], words: str
) -> None:
    assert cli("chat", "--once", "Hi", *argv) == 1
    assert words in cli.err
    assert cli.services.requests == []


def test_built_in_is_a_name_too(cli: Run) -> None:
    assert cli("chat", "--once", "Hi", "--backend", "built-in") == 0
    assert cli.services.requests[0].backend is None


def test_a_watched_stderr_has_the_status_line_and_colours(cli: Run) -> None:
    cli.stderr = Screen()
    assert cli("chat", "--once", "Hi") == 0
    assert "\x1b[2m5 frames sent, 6 kB up, 6.4 kB down, 1 round trip a token, 40.0 tokens/s\x1b[0m\n" in cli.err
    assert cli.out == "Hello there.\n"


def test_no_color_is_honoured(cli: Run) -> None:
    cli.stderr = Screen()
    cli.environ["NO_COLOR"] = "1"
    assert cli("chat", "--once", "Hi") == 0
    assert "\x1b[2m" not in cli.err
    assert "\n" + "5 frames sent" in "\n" + cli.err.rpartition("\x1b[K")[2]  # progress was shown, and erased


def test_a_reply_cannot_drive_the_terminal(cli: Run) -> None:
    evil = "a\x1b]0;title\x07\x9b2J\rb\tc\n"
    cli.services.chat = script(ScriptedReply((evil,)))
    cli.stdout = Screen()
    assert cli("chat", "--once", "Hi") == 0
    assert cli.out == "a\ufffd]0;title\ufffd\ufffd2J\ufffdb\tc\n"
    cli.stdout = io.StringIO()
    cli.services.chat = script(ScriptedReply((evil,)))
    cli("chat", "--once", "Hi")
    assert cli.out == evil  # a file or a program gets it as it is
