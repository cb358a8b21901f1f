"""What redaction promises, on the real path: real tokenizer, embeddings, gate, socket and backend; real language model.

Everything that was to be replaced is searched for in every byte that crossed the wire, and in what an operator rebuilds
from the recorded embeddings; and the language model is loaded, and used, with the network denied.
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.core.conversations import Library
from app.core.memory_store import MemoryStore
from app.core.redaction import Redaction
from app.core.services import ChatRequest
from app.domain.backend import Backend
from app.domain.conversation import Attachment, Role
from app.domain.redaction import RedactionChoices
from app.domain.sampling import SamplingSettings
from app.main.link import Network, open_writer
from app.privacy.kept import KeptContent
from app.privacy.recovery.attacks.embeddings import look_up
from app.privacy.recovery.recording import Recording
from app.privacy.recovery.weights import PublicWeights
from app.privacy.redaction.kinds import Kind
from app.privacy.redaction.names import PresidioNames
from app.privacy.redaction.redacting import redact
from app.privacy.redaction.redactor import Choices, Redactor
from app.privacy.redaction.stand_ins import StandIns, parts_of
from app.storage.paths import DataFolder
from tests.privacy.needles import forms_of_text, websocket_payloads
from tests.privacy.redaction_set.labelled import load
from tests.sim.backend_process import ROOT, BackendProcess
from tests.sim.library import Recorder, said
from tests.sim.recording_proxy import RecordingProxy

MESSAGE = (
    "Dear Ms Quillfeather, please ask Ambrose Quillfeather (ambrose.quillfeather@heronmail.co.uk, +44 7700 900461) to "
    "pay from GB82 WEST 1234 5698 7654 32 or card 4012 8888 8888 1881. He lives at 48 Marzipan Lane, his SSN is "
    "219-09-9999, his server is 10.47.11.93 and its password: Lantern-Violet-4711. Project Marmalade Owl is late."
)
FILE = Attachment("letter to Quillfeather.txt", "Ambrose, born on 12 March 1984, passport number C01X00T47.")
REAL = (
    "Quillfeather", "Ambrose", "heronmail", "900461", "7700 900461", "1234 5698", "8888 8888", "Marzipan Lane",
    "219-09", "09-9999", "10.47.11.93", "Lantern-Violet", "Marmalade Owl", "12 March 1984", "C01X00T47",
)  # fmt: skip
CHOICES = RedactionChoices(is_on=True, own=("Marmalade Owl",))


@dataclass
class Sent:
    wire: bytes
    rebuilt: str
    texts: list[str]
    tokens: list[str]


@pytest.fixture(scope="module")
def sent(smollm2_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """Two exchanges in a chat that redacts, the second after an edit."""
    folder = tmp_path_factory.mktemp("redaction")
    with ExitStack() as stack:
        backend = stack.enter_context(BackendProcess(smollm2_folder, folder / "backend"))
        proxy = stack.enter_context(RecordingProxy(backend.port))
        home = DataFolder(folder / "home").create()
        network = Network(home, lambda notice: None)
        stack.callback(network.close)
        request = ChatRequest(Backend("recorded", proxy.url, backend.token), None, None)
        writer = open_writer(network, home, request, lambda sentence: None)
        sampling = SamplingSettings(temperature=0.0, max_tokens=24)
        library = Library(
            MemoryStore(),
            sampling=lambda: sampling,
            system=lambda: "You work for Ambrose Quillfeather.",
            redaction=Redaction(lambda: CHOICES),
        )
        stack.callback(library.close)
        library.attach(writer)
        recorder = Recorder(library)
        chat = library.new_chat()
        library.send(chat, MESSAGE, (FILE,))
        assert recorder.reply().error is None
        library.send(chat, "Write one sentence to ambrose about Quillfeather's card 4012888888881881.")
        assert recorder.reply().error is None
        library.edit(chat, library.turns(chat)[0].message.id, f"Short, please. {MESSAGE}")
        assert recorder.reply().error is None
        texts = said(library, chat)
        replies = [turn.message for turn in library.turns(chat) if turn.message.role is Role.ASSISTANT]
        tokens = [writer.decode(reply.tokens) for reply in replies]
        rebuilt = _rebuilt(network.gate.kept(), next(home.packs.iterdir()))
    parts = [bytes(stream) for one in proxy.connections for stream in (one.up, one.down)]
    parts += [websocket_payloads(part) for part in parts if b"Upgrade: websocket" in part or b"101 " in part[:20]]
    return Sent(b"".join(parts), rebuilt, texts, tokens)


def _rebuilt(kept: tuple[KeptContent, ...], pack: Path) -> str:
    weights = PublicWeights(pack)
    return weights.text.text(look_up(Recording.of(kept), weights, lambda share: None).tokens)


def test_the_attack_rebuilds_what_was_sent(sent: Sent) -> None:
    """Else the next test would prove nothing."""
    for words in ("please ask", "Write one sentence to", "its password:", "You work for", "is late."):
        assert words in sent.rebuilt, words


@pytest.mark.parametrize("real", REAL)
def test_nothing_real_can_be_rebuilt_or_crosses_the_wire(sent: Sent, real: str) -> None:
    assert real.casefold() not in sent.rebuilt.casefold()
    for name, needle in forms_of_text(real):
        assert len(needle) < 6 or needle not in sent.wire, name  # five bytes may stand among numbers by accident


def test_what_is_shown_is_real(sent: Sent) -> None:
    assert sent.texts[0] == f"Short, please. {MESSAGE}"
    for shown, said_in_tokens in zip(sent.texts[1::2], sent.tokens, strict=True):
        assert "Quillfeather" not in said_in_tokens and "Ambrose" not in said_in_tokens
        assert bool(shown) == bool(said_in_tokens)


@pytest.mark.parametrize("part", ["generated", "hand", "held_out"])
def test_what_is_found_is_in_no_redacted_text(part: str) -> None:
    """Every span that is found, of the whole labelled set, as a whole and (names) in its parts."""
    redactor, own = Redactor(), Choices()
    for row in load(part):
        redacted = redact([row.text], lambda text: redactor.find(text, own), StandIns())[0]
        low = f" {redacted.text.casefold()} "
        for one in redacted.replacements:
            pieces = parts_of(one.span.text) if one.span.kind is Kind.PERSON else [one.span.text]
            for piece in pieces:
                if len(piece) > 1:
                    words = "".join(sign if sign.isalnum() else " " for sign in low).split()
                    assert piece.casefold() not in (words if piece.isalnum() else low), (piece, redacted.text)


OFFLINE = """
import sys
denied = []
def deny(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "subprocess.Popen", "os.system",
                 "os.posix_spawn", "os.exec", "urllib.Request", "socket.sendto", "os.fork"):
        denied.append((event, str(args)[:80]))
        raise PermissionError(event)
sys.addaudithook(deny)
from app.privacy.redaction.redactor import Redactor
found = Redactor().find("Write to anna.schmidt@mail.firma.co.uk at https://x.example.co.uk/a for Anna Schmidt.")
assert {span.kind.value for span in found} >= {"mail", "person"}, found
assert denied == [], denied
print("quiet")
"""


def test_loading_and_using_the_language_model_asks_for_no_network(tmp_path: Path) -> None:
    """With empty caches: Presidio's mail recogniser would fetch the public suffix list."""
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "TLDEXTRACT_CACHE": str(tmp_path / "tld")}
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE], cwd=ROOT, env=os.environ | home, capture_output=True, text=True, timeout=100
    )
    assert done.stdout.strip() == "quiet", done.stderr
    assert not list(tmp_path.rglob("*suffix*")) and not (tmp_path / "tld").exists()


def test_the_language_model_keeps_no_word_of_what_it_read() -> None:
    """What is locked away must not live on in a vocabulary."""
    names = PresidioNames()
    assert [span.text for span in names.find("Please ask Anna Quillfeatherling to call.")]
    strings = names._analyzer.nlp_engine.nlp["en"].vocab.strings
    assert "Anna" in strings and "Quillfeatherling" not in strings


def test_nothing_of_it_is_imported_before_a_chat_redacts() -> None:
    code = (
        "import sys; import app.core.conversations, app.core.redaction, app.core.reply_writer;"
        "from app.core.redaction import Redaction; from app.domain.redaction import RedactionChoices;"
        "Redaction(RedactionChoices); import app.privacy.redaction.redactor;"
        "print([name for name in ('spacy', 'presidio_analyzer', 'tldextract') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
