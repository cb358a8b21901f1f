"""The attacks on the real model: frames that the real gate recorded on a real socket, and what they give away.

These are the promises of DESIGN.md section 6, as numbers: what the panel shows must be what an operator could do.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from app.core.generation import Reply, generate
from app.core.session import RemoteSession, RetryPolicy
from app.core.tuning_session import TuningSession
from app.device.adapter import Adapter
from app.device.near_half import NearHalf
from app.device.near_states import near_states
from app.device.pack import DevicePack, install_pack
from app.device.tokenizer import DeviceTokenizer, load_tokenizer
from app.device.tuning_half import TuningHalf
from app.domain.backend import Backend, ModelInfo
from app.domain.ids import MessageId, new_message_id
from app.domain.sampling import SamplingSettings
from app.main import Link
from app.net.control import ControlClient
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from app.privacy.recovery.attack import Real, Recovery, run_all, run_one
from app.privacy.recovery.attacks.adapter_copy import WRONG_INPUT, AdapterCopy, all_pairs
from app.privacy.recovery.attacks.adapter_copy import copied as copies_of
from app.privacy.recovery.attacks.deeper_layers import DeeperLayers
from app.privacy.recovery.attacks.embeddings import NearestEmbeddings
from app.privacy.recovery.attacks.head import HeadOnStates
from app.privacy.recovery.attacks.noise import NoiseCurve
from app.privacy.recovery.recording import Recording
from app.privacy.recovery.weights import PublicWeights
from app.wire.frames import Dtype
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target, grouped, layer_by_layer
from tests.sim.backend_process import BackendProcess

TEXT = (
    "Dear Dr Oyelaran, I am Anna Lindqvist of Harbour Street 12 in Bremen, born on 14 May 1979. My knee still hurts "
    "since the operation, and the tablets make me dizzy. Could you call me at 0176 5551 2233 before Friday, please?"
)
REPLACED = (
    ("Dr Oyelaran", "Dr Hartwell"),
    ("Anna Lindqvist", "Maria Holm"),
    ("Harbour Street 12", "Mill Lane 40"),
    ("Bremen", "Kassel"),
    ("14 May 1979", "2 June 1981"),
    ("0176 5551 2233", "0151 2345 6789"),
)


@dataclass
class Setup:
    """The app's own path to a real backend, and what its gate keeps."""

    gate: PrivacyGate
    link: Link
    model: ModelInfo
    pack: DevicePack
    tokenizer: DeviceTokenizer
    weights: PublicWeights

    def chat(self, text: str, near: NearHalf, tokens: int = 8) -> tuple[MessageId, Reply]:
        """One message and its greedy reply."""
        message = new_message_id()
        reply = Reply(message)
        prompt = self.tokenizer.encode_chat([("user", text)], add_generation_prompt=True)
        settings = SamplingSettings(temperature=0.0, max_tokens=tokens)
        session = RemoteSession(near, self.model, self.link.open_channel, RetryPolicy(list), print, lambda: None)
        try:
            generate(session, near, self.tokenizer, prompt, settings, reply, lambda text: None, lambda: None)
        finally:
            session.close()
        return message, reply

    def recorded(self, message: MessageId) -> Recording:
        return Recording.of(self.gate.kept(), message)

    def adapter(self, plan: ExchangePlan, kind: str, recipe: Recipe = Recipe.SVD) -> Adapter:
        """ "random": gaussians. "trained": as training leaves M, most of its size in a few directions."""
        adapter = Adapter.random(plan, self.pack.facts, recipe, seed=3, scale=0.01)
        if kind == "trained":
            for target, m_UD in adapter.matrices.items():
                u, s, v = torch.linalg.svd(m_UD, full_matrices=False)
                adapter.matrices[target] = (u * (s * 0.7 ** torch.arange(len(s)))) @ v
        return adapter


@pytest.fixture(scope="module")
def setup(smollm2_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setup]:
    folder = tmp_path_factory.mktemp("recovery")
    with ExitStack() as stack:
        backend = stack.enter_context(BackendProcess(smollm2_folder, folder / "backend"))
        gate = PrivacyGate(Ledger(folder / "ledger.nhl"))
        stack.callback(gate.close)
        link = Link(gate, Backend("test", backend.url, backend.token), None)
        control = ControlClient(link.backend, gate)
        model = control.list_models()[0]
        control.download_pack(model, folder / "pack.zip")
        control.close()
        pack = install_pack(folder / "pack.zip", folder / "pack", model.pack_sha256)
        weights = PublicWeights(pack.folder, smollm2_folder.parent, near_states)
        yield Setup(gate, link, model, pack, load_tokenizer(pack), weights)


@pytest.fixture(scope="module")
def plain(setup: Setup) -> tuple[Recording, Reply]:
    message, reply = setup.chat(TEXT, NearHalf(setup.pack), tokens=24)
    return setup.recorded(message), reply


def test_an_unprotected_message_is_rebuilt_whole_from_its_embeddings(
    setup: Setup, plain: tuple[Recording, Reply]
) -> None:
    recording, reply = plain
    (found,) = run_all(recording, setup.weights, Real(TEXT, reply.text), attacks=[NearestEmbeddings()])
    assert found.shares["message"].words == found.shares["message"].tokens == found.share == 1.0
    assert TEXT in found.rebuilt
    expected = setup.tokenizer.encode_chat([("user", TEXT)], add_generation_prompt=True) + reply.tokens[:-1]
    assert list(found.tokens) == expected, "every position, and the reply but for its last token, which is never sent"


def test_the_head_reads_the_greedy_reply_from_the_hidden_states(setup: Setup, plain: tuple[Recording, Reply]) -> None:
    recording, reply = plain
    (found,) = run_all(recording, setup.weights, Real(TEXT, reply.text), attacks=[HeadOnStates()])
    assert list(found.tokens) == reply.tokens, "the last one too"
    assert found.data["share_of_chosen_tokens"] == 1.0 and found.data["compared"] == len(reply.tokens) - 1
    assert found.shares["reply"].tokens == 1.0 and reply.text.strip() in found.rebuilt


def test_what_was_drawn_by_chance_is_not_what_the_head_names(setup: Setup) -> None:
    """The share is measured: at a high temperature it must be low."""
    message = new_message_id()
    reply = Reply(message)
    near = NearHalf(setup.pack)
    session = RemoteSession(near, setup.model, setup.link.open_channel, RetryPolicy(list), print, lambda: None)
    prompt = setup.tokenizer.encode_chat([("user", "Tell me a story.")], add_generation_prompt=True)
    wild = SamplingSettings(temperature=5.0, top_k=0, top_p=1.0, seed=1, max_tokens=12)
    try:
        generate(session, near, setup.tokenizer, prompt, wild, reply, lambda text: None, lambda: None)
    finally:
        session.close()
    found = HeadOnStates().run(setup.recorded(message), setup.weights, lambda share: None)
    assert found.share is not None and found.share < 0.5


@pytest.mark.parametrize("dtype", [Dtype.FP16, Dtype.INT8, Dtype.FP32], ids=lambda dtype: dtype.name)
def test_another_wire_format_hides_nothing(dtype: Dtype, setup: Setup) -> None:
    message, _ = setup.chat("My name is Anna.", NearHalf(setup.pack, state_dtype=dtype), tokens=4)
    found = run_one(NearestEmbeddings(), setup.recorded(message), setup.weights, lambda share: None)
    assert "My name is Anna." in found.rebuilt and found.share == 1.0


def test_what_was_replaced_is_not_in_the_rebuilt_text(setup: Setup, plain: tuple[Recording, Reply]) -> None:
    sent = TEXT
    for real, stand_in in REPLACED:
        sent = sent.replace(real, stand_in)
    message, _ = setup.chat(sent, NearHalf(setup.pack), tokens=4)
    real = Real(TEXT, replaced=REPLACED)
    (found,) = run_all(setup.recorded(message), setup.weights, real, attacks=[NearestEmbeddings()])
    assert sent in found.rebuilt, "the operator gets the stand-ins"
    assert found.spans is not None and found.spans.real_found == ()
    assert found.spans.total == found.spans.stand_ins_found == len(REPLACED)
    assert found.share is not None and 0.3 < found.share < 1.0
    (unprotected,) = run_all(plain[0], setup.weights, real, attacks=[NearestEmbeddings()])
    assert unprotected.spans is not None and len(unprotected.spans.real_found) == len(REPLACED)


@pytest.mark.parametrize("kind", ["random", "trained"])
@pytest.mark.parametrize("rank", [8, 32])
def test_the_adapter_is_copied_from_16_positions_more_than_its_rank(rank: int, kind: str, setup: Setup) -> None:
    found = copied(setup, layer_by_layer(range(setup.model.layers), rank), Dtype.FP16, kind)
    targets = found.data["targets"]
    assert isinstance(targets, list) and len(targets) == 3 * (setup.model.layers - 1) + 3
    for one in targets:
        assert one["positions"] == rank + 16 and one["held_out"] >= 20
        assert one["error"] < 0.01, one


@pytest.mark.parametrize(("dtype", "most"), [(Dtype.FP32, 1e-4), (Dtype.BF16, 0.02), (Dtype.INT8, 0.06)])
def test_coarser_exchanges_make_the_copy_a_little_worse(dtype: Dtype, most: float, setup: Setup) -> None:
    found = copied(setup, grouped(setup.model.layers, 10, 16), dtype, "random")
    errors = [one["error"] for one in found.data["targets"] if one["target"] != "layer 0"]  # type: ignore[union-attr]
    exchanged = errors[: 3 * 20]  # the groups at layers 10 and 20
    assert max(exchanged) < most, max(exchanged)
    assert max(exchanged) > most / 1000, "it is measured on rounded numbers"


def copied(setup: Setup, plan: ExchangePlan, dtype: Dtype, kind: str) -> Recovery:
    near = NearHalf(setup.pack, setup.adapter(plan, kind), exchange_dtype=dtype)
    message, _ = setup.chat(TEXT, near, tokens=4)
    return run_one(AdapterCopy(), setup.recorded(message), setup.weights, lambda share: None)


@pytest.mark.parametrize(("dtype", "most"), [(Dtype.FP16, 0.01), (Dtype.INT8, 0.06)], ids=["fp16", "int8"])
def test_an_adapter_behind_two_layers_of_the_device_is_copied_from_any_message_of_a_chat(
    dtype: Dtype, most: float, setup: Setup
) -> None:
    """What the free tap reads is sent by nobody, and depends on all that was written before; it is no secret either."""
    tap = Tap(0, tuple(Target(layer, Projection.V) for layer in range(2, setup.model.layers)), 32, 32)
    plan = ExchangePlan((tap,))
    adapter = Adapter.random(plan, setup.pack.facts, Recipe.SVD, seed=3, scale=0.01, device_layers=2)
    near = NearHalf(setup.pack, adapter, exchange_dtype=dtype)
    ids = new_message_id(), new_message_id()
    settings = SamplingSettings(temperature=0.0, max_tokens=6)
    session = RemoteSession(near, setup.model, setup.link.open_channel, RetryPolicy(list), print, lambda: None)
    turns: list[tuple[str, str]] = []
    try:
        for message, words in zip(ids, ("Who looks after my knee?", TEXT), strict=True):
            turns.append(("user", words))
            reply, prompt = Reply(message), setup.tokenizer.encode_chat(turns, add_generation_prompt=True)
            generate(session, near, setup.tokenizer, prompt, settings, reply, lambda text: None, lambda: None)
            turns.append(("assistant", reply.text))
    finally:
        session.close()
    second = setup.recorded(ids[1])
    assert second.steps[0].frame.position > 0 and all(step.is_whole for step in second.steps)
    found = run_one(AdapterCopy(), second, setup.weights, lambda share: None)
    targets = found.data["targets"]
    assert isinstance(targets, list) and len(targets) == setup.model.layers - 2
    for one in targets:
        assert one["layers_on_the_device"] == 2 and one["error"] < most, one
    assert found.share is not None and found.share > 1 - most, "int8 hides nothing, and the badge says so"
    blind = PublicWeights(setup.pack.folder)
    (from_embeddings,) = all_pairs(second, blind)
    assert min(copy.error for copy in copies_of(from_embeddings)) > 2 * WRONG_INPUT, "else K would not matter"
    assert not run_one(AdapterCopy(), second, blind, lambda share: None).is_possible


@pytest.mark.slow
def test_two_layers_on_the_device_hide_next_to_nothing(setup: Setup) -> None:
    message, _ = setup.chat("Call Anna.", NearHalf(setup.pack), tokens=1)
    found = run_one(DeeperLayers(2, positions=16), setup.recorded(message), setup.weights, lambda share: None)
    assert found.is_possible, found.words
    assert found.share is not None and found.share >= 0.9


def test_noise_leaves_most_tokens_readable(setup: Setup, plain: tuple[Recording, Reply]) -> None:
    found = run_one(NoiseCurve((1.0, 3.0, 100.0)), plain[0], setup.weights, lambda share: None)
    shares = [point["share"] for point in found.data["curve"]]  # type: ignore[union-attr, index, call-overload]
    assert shares[0] > 0.97 and 0.8 < shares[1] <= shares[0]
    assert shares[2] < 0.2, "so much noise hides the words, so the test can fail"


def test_the_notes_of_a_fine_tuning_are_rebuilt_whole_from_what_trains_on_them(setup: Setup) -> None:
    fresh = Adapter.random(grouped(30, 30, 8), setup.pack.facts, Recipe.SVD, seed=3, scale=0.01)
    half = TuningHalf(setup.pack, fresh, exchange_dtype=Dtype.INT8)
    notes = [f"In the {place} note: {TEXT}" for place in ("first", "second")]
    windows = [setup.tokenizer.encode(note) for note in notes]
    message = new_message_id()
    session = TuningSession(
        half, setup.model, setup.link.open_channel, RetryPolicy(list), print, lambda: None, window=128, message=message
    )
    try:
        for window in windows:
            session.train(window, 1.0)
        session.states(windows[0])  # a held-out note is asked about
    finally:
        session.close()
    recording = setup.recorded(message)
    assert [text.is_whole for text in recording.texts()] == [True, True, True]
    (found,) = run_all(recording, setup.weights, Real("\n".join(notes)), attacks=[NearestEmbeddings()])
    assert list(found.tokens) == [*windows[0], *windows[1], *windows[0]]
    assert found.share == 1.0
    assert all(note in found.rebuilt for note in notes)
    (copy,) = run_all(recording, setup.weights, attacks=[AdapterCopy()])
    assert not copy.is_possible, "M is another one at each step: nothing is claimed of it"
