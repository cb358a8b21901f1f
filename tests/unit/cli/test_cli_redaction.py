"""`nearhalf chat --redact`: what is replaced is said, the reply has the real words, and no log has a word of either."""

import io
import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from app.cli import run
from app.cli.terminal import Terminal
from app.core.conversations import Library
from app.core.memory_store import MemoryStore
from app.core.redaction import Redaction
from app.device.chat_template import ChatTemplate
from app.device.text_backends import FastBackend
from app.device.tokenizer import DeviceTokenizer
from app.domain.errors import ModelError
from app.domain.redaction import Preview, RedactionChoices, Replaced
from app.domain.sampling import SamplingSettings
from app.main.redaction import NO_OWN_LIST, TerminalRedaction
from app.privacy.redaction.kinds import Span
from app.privacy.redaction.names import by_form
from app.privacy.redaction.redactor import Redactor
from app.storage.paths import DataFolder
from app.storage.settings import Settings, SettingsFile
from app.storage.vault import DataVault
from tests.sim.cloud_simulator import SimulatedCloud, SimulatedNear
from tests.sim.library import simulated_writer
from tests.sim.scripted_conversations import ScriptedConversations, ScriptedReply
from tests.sim.scripted_services import NoKeyring, ScriptedServices
from tests.tiny_models import CHATML, tiny_tokenizer

TEXT = "Ask Anna Schmidt, +49 170 1234567."


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


class NamesByForm:
    def find(self, text: str) -> Iterator[Span]:
        return by_form(text)


class NoNames:
    def find(self, text: str) -> Iterator[Span]:
        raise ModelError("Names cannot be found on this computer.", "Turn them off.")


class Run:
    def __init__(self, folder: Path, names: object = None, *, is_on: bool = False) -> None:
        redactor = Redactor(names or NamesByForm())  # type: ignore[arg-type]
        redaction = Redaction(lambda: RedactionChoices(is_on), redactor)
        self.services = ScriptedServices(folder, ScriptedConversations((ScriptedReply(),), redaction=redaction))
        self.stdin: io.StringIO = io.StringIO()
        self.stdout, self.stderr = io.StringIO(), io.StringIO()

    def __call__(self, *argv: str) -> int:
        return run(argv, self.services, Terminal(self.stdin, self.stdout, self.stderr, {"TERM": "dumb"}))

    @property
    def err(self) -> str:
        return self.stderr.getvalue()

    @property
    def sent(self) -> list[bool]:
        return [task.redacts for task in self.services.chat.writer.tasks]


def test_piped_text_says_how_many_of_each_kind_were_replaced_and_no_word_of_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cli = Run(tmp_path)
    cli.stdin = io.StringIO(f"{TEXT}\nHello\n")
    assert cli("chat", "--redact") == 0
    assert cli.err == (
        "Replaced before sending: 1 name, 1 phone number.\n"
        "Nothing was found to replace: the message is sent as it is.\n"
    )
    assert cli.sent == [True, True]
    assert cli.services.requests[0].redacts is True
    assert "Schmidt" not in caplog.text and "1234567" not in caplog.text


@pytest.mark.parametrize(
    ("is_on", "argv", "wanted"), [(True, (), True), (True, ("--no-redact",), False), (False, (), False)]
)
def test_the_settings_count_where_the_command_says_nothing(
    tmp_path: Path, is_on: bool, argv: tuple[str, ...], wanted: bool
) -> None:
    cli = Run(tmp_path, is_on=is_on)
    assert cli("chat", "--once", TEXT, *argv) == 0
    assert cli.sent == [wanted]
    assert ("Replaced before sending" in cli.err) is wanted


def test_json_has_the_kinds_and_their_counts(tmp_path: Path) -> None:
    cli = Run(tmp_path)
    assert cli("chat", "--redact", "--json", "--once", TEXT) == 0
    assert json.loads(cli.stdout.getvalue())["replaced"] == {"person": 1, "phone": 1}


class EchoNear(SimulatedNear):
    """Speaks of whom it was asked about, by the name that it was sent."""

    def __init__(self, tokenizer: DeviceTokenizer) -> None:
        super().__init__()
        self._tokenizer, self._script = tokenizer, iter(())
        self.heard = ""

    def next_token(self, state: bytes, sampler: list[int], context: Sequence[int]) -> int:
        if not self.heard:
            self.heard = self._tokenizer.decode(context)
            name = self.heard.split("Ask ")[1].split(",")[0]
            self._script = iter([*self._tokenizer.encode(f"I told {name} so."), *self._tokenizer.eos_ids])
        return next(self._script)


def test_the_real_words_are_put_back_as_the_reply_streams(tmp_path: Path) -> None:
    made = tiny_tokenizer()
    source = FastBackend(made.backend_tokenizer.to_str(), ["<|im_start|>", "<|im_end|>"])
    tokenizer = DeviceTokenizer(source, ChatTemplate(CHATML, {}), frozenset({made.eos_token_id}))
    near = EchoNear(tokenizer)
    redaction = Redaction(lambda: RedactionChoices(), Redactor(NamesByForm()))  # type: ignore[arg-type]
    library = Library(MemoryStore(), sampling=SamplingSettings, system=lambda: "", redaction=redaction)
    library.attach(simulated_writer(SimulatedCloud(), tokenizer=tokenizer, near=near))  # type: ignore[arg-type]
    cli = Run(tmp_path)
    cli.services.chat = library  # type: ignore[assignment]
    assert cli("chat", "--redact", "--once", TEXT) == 0
    assert cli.stdout.getvalue() == "I told Anna Schmidt so.\n"
    assert "Anna" not in near.heard
    assert "Schmidt" not in near.heard
    assert "1234567" not in near.heard


def test_where_names_cannot_be_found_nothing_is_sent(tmp_path: Path) -> None:
    cli = Run(tmp_path, NoNames())
    assert cli("chat", "--redact", "--once", TEXT) == 1
    assert "Names cannot be found on this computer.\nTurn them off.\n" in cli.err
    assert cli.sent == []


def test_the_person_at_the_prompt_sees_the_pairs_previews_and_switches(tmp_path: Path) -> None:
    cli = Run(tmp_path)
    cli.stdin = Screen(f"/preview {TEXT}\n/redact\n/preview {TEXT}\n{TEXT}\n/redact\n{TEXT}\n/quit\n")
    assert cli("chat") == 0
    lines = [line.removeprefix("> ") for line in cli.err.splitlines()]
    assert lines[1].startswith("Nothing is replaced in this chat")
    assert lines[2].startswith("Names, numbers and secrets that are found are replaced")
    previews = [line for line in lines if line.startswith("Replaced before sending: Anna Schmidt -> ")]
    assert len(previews) == 2 and ", +49 170 1234567 -> +49 " in previews[0]
    assert cli.sent == [True, False]


def test_a_long_list_is_cut_and_what_is_kept_is_not_in_it() -> None:
    from app.cli.redaction import replaced_counts, replaced_words

    many = tuple(Replaced("mail", f"a{number}@b.example", f"x{number}@example.com") for number in range(10))
    preview = Preview(
        (*many, Replaced("person", "Kept Name", "Other Name", is_kept=True), Replaced("key", "k" * 90, "z"))
    )
    assert replaced_words(preview).endswith(", and 3 more")
    assert "Kept" not in replaced_words(preview)
    assert replaced_counts(preview) == "Replaced before sending: 10 mail addresses, 1 password or key."


# The real settings and the real history


def _with_list(folder: DataFolder, words: str) -> None:
    vault = DataVault(folder, NoKeyring())
    vault.open_without_asking()
    vault.write_setting("redacted words", words)
    vault.close()


def test_the_terminal_reads_the_windows_settings_and_the_own_list(tmp_path: Path) -> None:
    folder, told = DataFolder(tmp_path), []
    SettingsFile(folder.settings).save(Settings(redacts=True, redacted_kinds=("mail",)))
    _with_list(folder, "Kestrel\n")
    redaction = TerminalRedaction(folder, None, told.append)
    assert redaction.choices.is_on
    assert [(span.kind.value, span.text) for span in redaction.find("Kestrel, a@b.example")] == [
        ("own", "Kestrel"),
        ("mail", "a@b.example"),
    ]
    assert told == []
    assert not TerminalRedaction(folder, False, told.append).choices.is_on


def test_a_history_that_is_in_use_is_said_and_only_when_something_is_looked_for(tmp_path: Path) -> None:
    folder, told = DataFolder(tmp_path), []
    SettingsFile(folder.settings).save(Settings(redacted_kinds=("mail",)))
    _with_list(folder, "Kestrel\n")
    window = DataVault(folder, NoKeyring())
    window.open_without_asking()
    try:
        redaction = TerminalRedaction(folder, True, told.append)
        assert redaction.choices.is_on and told == []
        assert redaction.find("Kestrel") == ()
        assert told == [NO_OWN_LIST]
        redaction.find("Kestrel again")
        assert told == [NO_OWN_LIST]
    finally:
        window.close()


def test_where_there_is_no_history_none_is_made(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    SettingsFile(folder.settings).save(Settings(redacted_kinds=("mail",)))
    assert [span.text for span in TerminalRedaction(folder, True, print).find("a@b.example")] == ["a@b.example"]
    assert not folder.history.exists() and not folder.keys.exists()
