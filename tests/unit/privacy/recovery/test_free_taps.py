"""Copying a free tap that stands behind layers which the device runs: its z is in no frame, and still no secret."""

import shutil
import statistics
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from app.device.adapter import Adapter
from app.device.near_half import NearHalf
from app.device.near_states import near_states
from app.device.pack import DevicePack
from app.domain.errors import Cancelled
from app.domain.ids import MessageId, new_message_id
from app.domain.redaction import RedactionChoices
from app.main.panel import LocalPanel
from app.privacy.recovery.attack import CannotRecover
from app.privacy.recovery.attacks.adapter_copy import WRONG_INPUT, AdapterCopy, all_pairs, copied
from app.privacy.recovery.near_layers import entering_states
from app.privacy.recovery.recording import Recording
from app.privacy.recovery.tensors import decode_rows
from app.privacy.recovery.weights import PublicWeights, weights_for
from app.storage.paths import DataFolder
from app.wire.frames import Dtype, tensor_bytes
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target
from tests.tiny_models import prepare_tiny, tiny_model
from tests.unit.privacy.recovery.recorded import MESSAGE, Recorder

LAYERS = 2
BEHIND = ExchangePlan((Tap(0, (Target(2, Projection.Q), Target(4, Projection.V)), 8, 8),))
TOKENS = [(7 * place) % 311 for place in range(1, 61)]


@pytest.fixture(scope="module", params=["llama", "gemma3_text"])
def pack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> DevicePack:
    folder = tmp_path_factory.mktemp(request.param)
    prepared = prepare_tiny(tiny_model(request.param), folder)
    with zipfile.ZipFile(prepared / "device-pack.zip") as archive:
        archive.extractall(folder / "packs" / "one")
    return DevicePack(folder / "packs" / "one")


class Chat:
    """Steps of one session as the device makes them, with an adapter whose free tap stands behind LAYERS layers."""

    def __init__(self, pack: DevicePack, compute: torch.dtype = torch.float32, layers: int = LAYERS) -> None:
        adapter = Adapter.random(BEHIND, pack.facts, Recipe.SVD, seed=3, scale=0.3, device_layers=layers)
        self.near = NearHalf(pack, adapter, state_dtype=Dtype.FP32, exchange_dtype=Dtype.FP32, compute_dtype=compute)
        self.pack, self.recorder = pack, Recorder(BEHIND, model_hash=bytes.fromhex(pack.facts.backbone_sha256))
        self._cache = self.near.new_cache()

    def send(self, tokens: Sequence[int], position: int, message: MessageId = MESSAGE) -> None:
        payload = self.near.step_payload(tokens, rowwise=False, position=position, cache=self._cache)
        rows = decode_rows(payload, len(tokens), self.near.hidden_size, Dtype.FP32)
        after = tensor_bytes(Dtype.FP32, len(tokens), self.near.hidden_size)
        side = decode_rows(payload[after:], len(tokens), BEHIND.free_cols, Dtype.FP32)
        self.recorder.message = message
        self.recorder.step(rows, position, side=side)

    def say(self, tokens: Sequence[int], position: int = 0, message: MessageId = MESSAGE, prompt: int = 24) -> None:
        """A prompt in one step, then token after token."""
        self.send(tokens[:prompt], position, message)
        for place, token in enumerate(tokens[prompt:], position + prompt):
            self.send([token], place, message)


def public(pack: DevicePack, *, knows_layers: bool = True) -> PublicWeights:
    return PublicWeights(pack.folder, None, near_states if knows_layers else None)


@pytest.mark.parametrize(("compute", "most"), [(torch.float32, 1e-3), (torch.bfloat16, 0.01)], ids=["fp32", "bf16"])
def test_a_free_tap_behind_layers_of_the_device_is_copied(compute: torch.dtype, most: float, pack: DevicePack) -> None:
    chat = Chat(pack, compute)
    chat.say(TOKENS)
    recording = Recording.of(chat.recorder.contents)
    (pairs,) = all_pairs(recording, public(pack))
    assert {way.layers for way in pairs.ways} == {0, 1, 2} and not pairs.lacks_ways
    copies = copied(pairs)
    assert {copy.target for copy in copies} == {"layer 2 q", "layer 4 v"}
    for copy in copies:
        assert copy.layers == LAYERS and copy.held_out == len(TOKENS) - 24
        assert copy.error < most, copy
    found = AdapterCopy().run(recording, public(pack), lambda share: None)
    assert found.share == 1 - statistics.median(copy.error for copy in copies)
    assert dict(found.details)["layers run before the free tap"].startswith("2")


def test_from_the_embeddings_alone_the_copy_would_be_wrong_and_is_not_reported(pack: DevicePack) -> None:
    """A large error would read as "M is safe", which is not so."""
    chat = Chat(pack)
    chat.say(TOKENS)
    recording = Recording.of(chat.recorder.contents)
    (pairs,) = all_pairs(recording, public(pack, knows_layers=False))
    assert min(copy.error for copy in copied(pairs)) > 2 * WRONG_INPUT and pairs.lacks_ways
    with pytest.raises(CannotRecover, match="an operator who recorded the chat from its beginning can"):
        AdapterCopy().run(recording, public(pack, knows_layers=False), lambda share: None)


@pytest.mark.parametrize("layers", [0, 1])
def test_an_adapter_whose_targets_merely_begin_later_is_copied_from_the_layers_it_has(
    layers: int, pack: DevicePack
) -> None:
    """The lowest target betrays no more than the most layers there can be."""
    chat = Chat(pack, layers=layers)
    chat.say(TOKENS)
    recording = Recording.of(chat.recorder.contents)
    (pairs,) = all_pairs(recording, public(pack))
    for copy in copied(pairs):
        assert copy.layers == layers and copy.error < 1e-3, copy
    if not layers:  # and where no layer can be run: a good copy is a good copy
        found = AdapterCopy().run(recording, public(pack, knows_layers=False), lambda share: None)
        assert found.share is not None and found.share > 0.99


def test_what_went_before_a_message_and_what_was_rolled_back_are_counted_in(pack: DevicePack) -> None:
    """The second message's states rest on the first's rows; an answer that was thrown away plays no part."""
    chat, other = Chat(pack), new_message_id()
    chat.say(TOKENS[:40])
    chat.say(TOKENS[::-1], 30, other, prompt=30)  # from position 30 on the first answer is overwritten
    recording = Recording.of(chat.recorder.contents, other)
    assert {step.message for step in recording.steps} == {other}
    (pairs,) = all_pairs(recording, public(pack))
    assert len(pairs.y) == len(TOKENS)
    for copy in copied(pairs):
        assert copy.layers == LAYERS and copy.error < 1e-3, copy


def test_where_older_positions_are_gone_nothing_is_claimed(pack: DevicePack) -> None:
    chat, other = Chat(pack), new_message_id()
    chat.say(TOKENS[:20], prompt=20)
    chat.say(TOKENS, 20, other)
    opening, rest = chat.recorder.contents[:2], chat.recorder.contents[4:]
    recording = Recording.of(opening + rest, other)
    assert len(recording.steps) == 37 and not any(step.is_whole for step in recording.steps)
    with pytest.raises(CannotRecover, match="cannot be worked out from these frames alone"):
        AdapterCopy().run(recording, public(pack), lambda share: None)


def test_steps_whose_beginning_is_known_are_enough(pack: DevicePack) -> None:
    """After a cut the session is opened anew and everything is sent again: that is whole, whatever came before."""
    first, again = Chat(pack), Chat(pack)
    first.say(TOKENS)
    again.recorder = Recorder(BEHIND, session=8, model_hash=bytes.fromhex(pack.facts.backbone_sha256))
    again.say(TOKENS)
    contents = first.recorder.contents[:2] + first.recorder.contents[4:] + again.recorder.contents
    (pairs,) = all_pairs(Recording.of(contents), public(pack))
    assert len(pairs.y) == len(TOKENS) and not pairs.lacks_ways
    assert all(copy.error < 1e-3 for copy in copied(pairs))


def test_the_states_are_those_of_the_steps_in_any_order_of_asking(pack: DevicePack) -> None:
    chat = Chat(pack)
    chat.say(TOKENS)
    steps = Recording.of(chat.recorder.contents).steps

    def asked(wanted: slice) -> np.ndarray:
        return entering_states(steps[wanted], public(pack), LAYERS, narrow=False, tell=lambda: None)

    whole = asked(slice(None))
    assert np.array_equal(asked(slice(-3, None)), whole[-3:])


def test_it_can_be_cancelled_while_layers_are_run(pack: DevicePack) -> None:
    chat = Chat(pack)
    chat.say(TOKENS)

    def cancel(share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        AdapterCopy().run(Recording.of(chat.recorder.contents), public(pack), cancel)


def test_of_two_packs_of_a_model_the_one_with_its_first_layers_is_taken(pack: DevicePack, tmp_path: Path) -> None:
    """An older version of the pack may still lie there."""
    from safetensors.torch import load_file, save_file

    chat = Chat(pack)
    chat.say(TOKENS[:4], prompt=4)
    recording = Recording.of(chat.recorder.contents)
    for name in ("a-older", "b-newer", "c-older"):
        (tmp_path / name).mkdir()
        for file in pack.folder.iterdir():
            (tmp_path / name / file.name).write_bytes(file.read_bytes())
    for name in ("a-older", "c-older"):
        path = tmp_path / name / "weights.safetensors"
        tensors = load_file(path)
        kept = {key: value for key, value in tensors.items() if not key.startswith(("free.", "near."))}
        kept |= {key.replace("free.0.", "free."): one for key, one in tensors.items() if key.startswith("free.0.")}
        save_file(kept, path)
    found = weights_for(recording, tmp_path, None, near_states)
    assert found.near_layers == LAYERS
    older = PublicWeights(tmp_path / "a-older", None, near_states)
    assert older.near_layers == 0
    assert np.array_equal(older.norm(0), found.norm(0))
    a_0, older_a_0 = found.a(0, Recipe.SVD, 2), older.a(0, Recipe.SVD, 2)
    assert a_0 is not None and older_a_0 is not None and np.array_equal(a_0, older_a_0)


def test_the_privacy_panel_runs_the_layers_of_the_model_in_use(pack: DevicePack, tmp_path: Path) -> None:
    chat = Chat(pack)
    chat.say(TOKENS)
    folder = DataFolder(tmp_path).create()
    shutil.copytree(pack.folder, folder.packs / ("7" * 16))
    network: Any = SimpleNamespace(gate=SimpleNamespace(kept=lambda: chat.recorder.contents))
    writer: Any = SimpleNamespace(model=SimpleNamespace(pack_sha256="7" * 64))
    unused: Any = None
    panel = LocalPanel(
        folder, network, unused, unused, lambda: None, lambda: writer, RedactionChoices, lambda name, percent: ""
    )
    (found,) = panel.recover(MESSAGE, ["adapter"], lambda sentence: None)
    assert not found.problem and found.share is not None and found.share > 0.99
    assert dict(found.details)["layers run before the free tap"].startswith("2")
