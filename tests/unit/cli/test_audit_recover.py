"""`nearhalf audit recover` on the real built-in backend with a tiny model, and on exports."""

import json
import zipfile
from io import StringIO
from pathlib import Path

import pytest

from app.cli import run
from app.cli.audit_recover import exported_frames
from app.cli.terminal import Terminal
from app.device.adapter import Adapter
from app.device.pack import DevicePack
from app.domain.backend import Backend
from app.main import BUILT_IN_MODEL, Nearhalf
from app.privacy.recovery.recording import Recording
from app.storage.paths import DataFolder
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target
from tests.sim.backend_process import BackendProcess
from tests.tiny_models import prepare_tiny, tiny_model

QUESTION = "The near half stays at home."


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Nearhalf:
    root = tmp_path_factory.mktemp("recover")
    folder = DataFolder(root / "home").create()
    prepare_tiny(tiny_model("llama"), root).rename(folder.models / BUILT_IN_MODEL)
    return Nearhalf(folder)


def nearhalf(app: Nearhalf, *words: str) -> tuple[int, str, str]:
    terminal = Terminal(StringIO(), StringIO(), StringIO(), {})
    status = run(["audit", "recover", *words], app, terminal)
    assert isinstance(terminal.stdout, StringIO) and isinstance(terminal.stderr, StringIO)
    return status, terminal.stdout.getvalue(), terminal.stderr.getvalue()


def test_a_question_is_asked_and_rebuilt_from_its_own_frames(app: Nearhalf) -> None:
    status, out, err = nearhalf(app, QUESTION, "--json", "--max-tokens", "6")
    assert status == 0, err
    found = {one["attack"]: one for one in json.loads(out)["attacks"]}
    assert list(found) == ["embeddings", "head", "adapter", "noise", "layers"]
    assert QUESTION in found["embeddings"]["rebuilt"]
    assert found["embeddings"]["shares"]["message"] == {"words": 1.0, "tokens": 1.0}
    assert found["head"]["data"]["states"] == 6
    assert not found["adapter"]["possible"] and "adapter" in found["adapter"]["words"]
    assert found["layers"]["share"] == 1.0


def test_an_adapter_behind_layers_of_the_device_is_copied_by_the_real_app(app: Nearhalf, tmp_path: Path) -> None:
    """What the free tap reads is in no frame; the app runs the pack's own layers for the attack."""
    with zipfile.ZipFile(app.models / BUILT_IN_MODEL / "device-pack.zip") as archive:
        archive.extractall(tmp_path / "pack")
    facts = DevicePack(tmp_path / "pack").facts
    plan = ExchangePlan((Tap(0, (Target(2, Projection.V), Target(5, Projection.V)), 8, 8),))
    Adapter.random(plan, facts, Recipe.SVD, seed=3, scale=0.3, device_layers=2).save(tmp_path / "a.safetensors")
    text = " ".join(f"{QUESTION} {place}" for place in range(8))
    words = [text, "--adapter", str(tmp_path / "a.safetensors"), "--attack", "adapter", "--json", "--max-tokens", "8"]
    status, out, err = nearhalf(app, *words)
    assert status == 0, err
    (found,) = json.loads(out)["attacks"]
    assert found["possible"], found["words"]
    assert [one["target"] for one in found["data"]["targets"]] == ["layer 2 v", "layer 5 v"]
    for one in found["data"]["targets"]:
        assert one["layers_on_the_device"] == 2 and one["error"] < 0.05, one


def test_the_table_is_for_people(app: Nearhalf) -> None:
    status, out, _ = nearhalf(app, QUESTION, "--attack", "embeddings", "--max-tokens", "2")
    assert status == 0
    assert "100 %" in out and "really:" in out and "rebuilt:" in out and QUESTION in out
    assert "you are its operator" in out
    assert max(map(len, out.splitlines())) <= 110


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--attack", "magic"], "no attack called 'magic'"),
        (["--layers", "0"], "out of range"),
        (["--noise", "nan"], "out of range"),
        (["--export", "nowhere.zip"], "not there"),
        ([""], "nothing to send"),
    ],
)
def test_wrong_arguments_give_words_and_send_nothing(app: Nearhalf, words: list[str], said: str) -> None:
    before = app.ledger.read_bytes() if app.ledger.exists() else b""
    status, out, err = nearhalf(app, *words)
    assert status == 1 and said in err and not out
    assert (app.ledger.read_bytes() if app.ledger.exists() else b"") == before


def test_frames_of_an_export_are_attacked_too(app: Nearhalf, tmp_path: Path) -> None:
    from app.audit.export import Wanted, export
    from app.core.services import ChatRequest

    with app.open_recorded_chat(ChatRequest(), lambda sentence: None) as chat:
        from app.cli.reply import Conversation
        from app.domain.sampling import SamplingSettings

        terminal = Terminal(StringIO(), StringIO(), StringIO(), {})
        settings = SamplingSettings(temperature=0.0, max_tokens=4)
        Conversation(chat.conversations, settings, terminal, streams=False).send(QUESTION)
        kept = chat.kept()
    for target, frames in (
        (tmp_path / "with.zip", True),
        (tmp_path / "folder", True),
        (tmp_path / "without.zip", False),
    ):
        export(target, Wanted(app.ledger, kept=kept, frames=frames))
    status, out, err = nearhalf(app, "--export", str(tmp_path / "with.zip"), "--attack", "embeddings", "--json")
    assert status == 0, err
    assert QUESTION in json.loads(out)["attacks"][0]["rebuilt"]
    assert len(Recording.of(exported_frames(tmp_path / "folder")).steps) == len(Recording.of(kept).steps)
    status, out, err = nearhalf(app, "--export", str(tmp_path / "without.zip"))
    assert status == 1 and "holds no frames" in err


def test_a_limit_holds_in_the_terminal_too(app: Nearhalf, tmp_path: Path) -> None:
    """Two lines are piped: the first is sent, measured at 100 %, and the second is refused; without a limit both go."""
    with BackendProcess(app.models / BUILT_IN_MODEL, tmp_path / "backend") as backend:
        app.backends.add(Backend("lab", backend.url, backend.token))

        def chat() -> tuple[int, list[str], str]:
            terminal = Terminal(StringIO(f"{QUESTION}\nAnd a second line.\n"), StringIO(), StringIO(), {})
            status = run(["chat", "--backend", "lab", "--json", "--max-tokens", "2"], app, terminal)
            assert isinstance(terminal.stdout, StringIO) and isinstance(terminal.stderr, StringIO)
            return status, terminal.stdout.getvalue().splitlines(), terminal.stderr.getvalue()

        def limit(percent: str) -> tuple[int, str]:
            terminal = Terminal(StringIO(), StringIO(), StringIO(), {})
            status = run(["backend", "limit", "lab", percent], app, terminal)
            assert isinstance(terminal.stderr, StringIO)
            return status, terminal.stderr.getvalue()

        assert limit("90%") == (0, "")
        status, replies, said = chat()
        assert status == 1 and len(replies) == 1 and "100 %" in said and "90 %" in said
        assert limit("none") == (0, "")
        status, replies, said = chat()
        assert status == 0 and len(replies) == 2, said
        for wrong in ("101", "-1", "much", "", "1e2"):
            assert limit(wrong)[0] in (1, 2)
