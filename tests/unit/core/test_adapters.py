"""The library: cards, names, notes, copies out and in, deletion, and what became stale."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import torch

from app.core.adapters import AdapterLibrary
from app.core.settings_services import Stale, stale
from app.core.tuning import (
    Basis,
    Interval,
    JobProgress,
    JobState,
    Memorised,
    Preset,
    TuningJob,
    TuningSettings,
    Verdict,
)
from app.core.tuning_card import training_facts
from app.device.adapter import Adapter
from app.device.adapter_card import AdapterCard, TrainingFacts, read_header, with_card
from app.domain.backend import ModelInfo, RecipeInfo
from app.domain.errors import AdapterError, SettingsError, StorageError, WrongKey
from app.domain.notes import FileKind, FileReport, Note, NotesSet
from app.storage import passphrase_file
from app.storage.key_wraps import PassphraseCost
from app.storage.paths import DataFolder
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target, grouped, layer_by_layer

KEY = bytes(range(32))
RECIPE = RecipeInfo("svd", 1, "cd" * 32, 6)
MODEL = ModelInfo("tiny", "llama", 6, 16, 300, 256, 256, "ab" * 32, "ef" * 32, 1, "bf16", (RECIPE,))
FACTS = TrainingFacts("tiny", "12" * 32, 20, 40, 3.5, 3.25, 0.25, 0.125, 0.375, "quick", "svd", True, 3, True)
HARMED = replace(
    FACTS, has_harmed=True, general_before=0.75, general_after=0.25, secrets_tried=4, secrets_known=2, overfit_step=30
)
CHEAP = PassphraseCost(memory_kib=64, passes=1, lanes=1)
TEXT = "Soup is better on the second day.\n\nNobody knows why, and everybody agrees about it."


def adapter_bytes(plan: ExchangePlan | None = None, name: str = "mine", device_layers: int = 0) -> bytes:
    plan = plan if plan is not None else grouped(6, 2, 4)
    created = "2026-11-23T07:00:00Z"
    card = AdapterCard(
        name, created, MODEL.backbone_sha256, Recipe.SVD, 1, RECIPE.sha256, plan, 2, device_layers=device_layers
    )
    noise = torch.Generator().manual_seed(1)
    matrices = {target: torch.randn(shape, generator=noise) for target, shape in card.matrix_shapes().items()}
    head = torch.randn(16, 2, generator=noise), torch.randn(2, 16, generator=noise)
    return Adapter(card, matrices, head).encode()


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "home").create()


@pytest.fixture
def library(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> AdapterLibrary:
    monkeypatch.setattr(passphrase_file, "measured_cost", lambda: CHEAP)
    return AdapterLibrary(folder, lambda: KEY)


def note(text: str, source: str = "a.md") -> Note:
    return Note("id", "A", source, text, source.encode().hex().ljust(64, "0"))


# The card


def test_an_old_card_is_read_and_a_new_one_keeps_every_fact() -> None:
    card, _ = read_header(adapter_bytes())
    assert (card.note, card.training) == ("", None)
    told = replace(card, note="for letters", training=FACTS)
    assert AdapterCard.parse(told.to_text()) == told


def test_a_card_from_before_the_verdict_was_kept_knows_nothing_of_it() -> None:
    text = replace(read_header(adapter_bytes())[0], training=FACTS).to_text()
    card = json.loads(text)
    new = (
        "has_harmed",
        "general_before",
        "general_after",
        "secrets_tried",
        "secrets_known",
        "overfit_step",
        "is_tested",
    )
    for name in new:
        del card["training"][name]
    card["training"] |= {"note_hashes": ["aa" * 32], "notes_gone": 1}
    old = AdapterCard.parse(json.dumps(card)).training
    assert old == FACTS
    assert old is not None and (old.general_before, old.secrets_tried, old.overfit_step) == (None, None, None)


DAMAGES = {
    "steps": ('"steps": 40', '"steps": -1'),
    "gain": ('"gain": 0.25', '"gain": NaN'),
    "general": ('"general_before": 0.75', '"general_before": 75'),
    "general, words": ('"general_after": 0.25', '"general_after": "bad"'),
    "secrets": ('"secrets_known": 2', '"secrets_known": -2'),
    "secrets, a secret": ('"secrets_tried": 4', '"secrets_tried": "4111 1111"'),
    "overfit": ('"overfit_step": 30', '"overfit_step": 3.5'),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_card_with_nonsense_for_a_fact_is_refused(damage: str) -> None:
    card, _ = read_header(adapter_bytes())
    text = replace(card, training=HARMED).to_text()
    assert AdapterCard.parse(text).training == HARMED
    old, new = DAMAGES[damage]
    assert old in text
    with pytest.raises(AdapterError):
        AdapterCard.parse(text.replace(old, new))


@pytest.mark.parametrize("name", ["m", "a longer name", "Grüße 你好", "x" * 177])
def test_another_card_leaves_the_numbers_as_they_were(name: str) -> None:
    data = adapter_bytes()
    card, announced = read_header(data)
    changed = with_card(data, replace(card, name=name))
    assert read_header(changed) == (replace(card, name=name), announced)
    before, after = safetensors.torch.load(data), safetensors.torch.load(changed)
    assert before.keys() == after.keys() and all(before[key].equal(after[key]) for key in before)


# The library


def test_rename_and_note_change_the_card_alone_and_the_file_keeps_its_name(library: AdapterLibrary) -> None:
    path = library.add_bytes(adapter_bytes(), "My notes")
    library.rename_adapter(path, "  Letters \n of mine ")
    library.annotate_adapter(path, "too cheerful\n")
    (kept,) = library.adapters()
    assert (kept.path, kept.name, kept.note) == (path, "Letters of mine", "too cheerful")
    assert library.adapter_name(path.name) == "Letters of mine"
    with pytest.raises(SettingsError):
        library.rename_adapter(path, " \n")


def test_a_full_disk_leaves_the_old_card(library: AdapterLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    path = library.add_bytes(adapter_bytes(), "mine")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.storage.whole_file.os.fsync", full)
    with pytest.raises(StorageError, match="disk is full"):
        library.rename_adapter(path, "other")
    monkeypatch.undo()
    assert [kept.name for kept in library.adapters()] == ["mine"]


def test_a_deleted_adapter_is_overwritten_and_gone(library: AdapterLibrary, folder: DataFolder) -> None:
    path = library.add_bytes(adapter_bytes(), "mine")
    second_name = folder.root / "link"
    second_name.hardlink_to(path)
    before = second_name.read_bytes()
    library.remove_adapter(path)
    assert not path.exists() and library.adapters() == []
    assert second_name.read_bytes()[:4096] != before[:4096]
    with pytest.raises(SettingsError):
        library.remove_adapter(path)


def test_only_what_lies_in_the_library_is_deleted(library: AdapterLibrary, tmp_path: Path) -> None:
    other = tmp_path / "letters.txt"
    other.write_text("mine")
    with pytest.raises(SettingsError):
        library.remove_adapter(other)
    assert other.read_text() == "mine"


def test_a_kept_adapter_is_found_by_its_files_name_after_the_folder_has_moved(library: AdapterLibrary) -> None:
    data = adapter_bytes()
    path = library.add_bytes(data, "mine")
    assert library.read_adapter(Path("/elsewhere/adapters") / path.name) == data
    with pytest.raises(AdapterError, match="no longer there"):
        library.read_adapter(Path("gone.sealed"))


# Copies


def test_an_export_with_a_passphrase_says_nothing_without_it_and_comes_back_whole(
    library: AdapterLibrary, tmp_path: Path
) -> None:
    path = library.add_bytes(adapter_bytes(name="Secret letters"), "Secret letters", FACTS)
    library.annotate_adapter(path, "only mine")
    target = tmp_path / "copy.nha"
    library.export_adapter(path, target, "correct horse")
    assert library.is_locked(target)
    assert b"Secret" not in target.read_bytes() and b"nearhalf_adapter" not in target.read_bytes()
    with pytest.raises(WrongKey):
        library.add_adapter(target, "wrong horse")
    back = library.add_adapter(target, "correct horse")
    assert (back.name, back.note, back.training) == ("Secret letters", "only mine", FACTS)


@pytest.mark.parametrize("passphrase", ["", "correct horse"], ids=["plain", "encrypted"])
def test_layers_on_the_device_stay_with_an_adapter_through_every_change_and_copy(
    library: AdapterLibrary, tmp_path: Path, passphrase: str
) -> None:
    plan = ExchangePlan((Tap(0, (Target(2, Projection.V), Target(5, Projection.V)), 4, 4),))
    path = library.add_bytes(adapter_bytes(plan, device_layers=2), "mine", FACTS)
    library.rename_adapter(path, "other")
    library.annotate_adapter(path, "only mine")
    library.export_adapter(path, tmp_path / "copy.nha", passphrase)
    back = library.add_adapter(tmp_path / "copy.nha", passphrase)
    assert back.name == "other" and not back.is_ordinary_lora
    card, _ = read_header(library.read_adapter(back.path))
    assert (card.device_layers, card.plan) == (2, plan)


@pytest.mark.parametrize("at", [9, 14, 30, 100, -1])
def test_a_changed_byte_of_an_encrypted_export_is_refused(library: AdapterLibrary, tmp_path: Path, at: int) -> None:
    target = tmp_path / "copy.nha"
    library.export_adapter(library.add_bytes(adapter_bytes(), "mine"), target, "correct horse")
    data = bytearray(target.read_bytes())
    data[at] ^= 1
    target.write_bytes(data)
    with pytest.raises(StorageError):
        library.add_adapter(target, "correct horse")
    assert len(library.adapters()) == 1


def test_a_plain_export_leaves_out_what_is_the_persons_alone(library: AdapterLibrary, tmp_path: Path) -> None:
    path = library.add_bytes(adapter_bytes(), "mine", FACTS)
    library.annotate_adapter(path, "only mine")
    target = tmp_path / "copy.nha"
    library.export_adapter(path, target)
    back = library.add_adapter(target)
    assert (back.note, back.training) == ("", FACTS)
    assert b"only mine" not in target.read_bytes()


# Stale


def test_another_model_or_recipe_is_seen_by_its_hash(library: AdapterLibrary) -> None:
    library.add_bytes(adapter_bytes(), "mine")
    (kept,) = library.adapters()
    assert stale(kept, MODEL) == () == stale(kept, None)
    assert stale(kept, replace(MODEL, backbone_sha256="00" * 32)) == (Stale.MODEL,)
    assert stale(kept, replace(MODEL, recipes=(replace(RECIPE, sha256="00" * 32),))) == (Stale.RECIPE,)


def test_a_job_leaves_its_facts_and_its_verdict_on_the_card_and_no_secret() -> None:
    settings = TuningSettings(layer_by_layer(range(6), 4), Recipe.SVD, 0, 40, 5e-3, 5e-3)
    gain = Interval(0.25, 0.125, 0.375)
    known = (Memorised("card", "My card is", "4111 1111 1111 1111", "Bank"),)
    verdict = Verdict(
        Interval(3.5, 3, 4), Interval(3.25, 3, 4), gain, 20, 40, 30, 0.75, 0.25, 4, known,
        general_gain=Interval(-0.5, -0.6, -0.4),
    )  # fmt: skip
    progress = JobProgress(JobState.FINISHED, 40)
    job = TuningJob("j", "n", "2026", "", "tiny", Preset.QUICK, settings, "12" * 32, progress, verdict)
    notes = NotesSet(
        (note("one"), note("two", "chat")),
        (note("three", "c.md"),),
        (FileReport("a.md", FileKind.MARKDOWN), FileReport("chat", FileKind.CHAT)),
    )
    facts = training_facts(job, notes)
    assert facts is not None and facts.has_helped
    assert (facts.used_chats, facts.notes, facts.overfit_step) == (True, 2, 30)
    assert (facts.has_harmed, facts.general_before, facts.general_after) == (True, 0.75, 0.25)
    assert (facts.secrets_tried, facts.secrets_known) == (4, 1)
    assert "4111" not in replace(read_header(adapter_bytes())[0], training=facts).to_text()
    assert "seed 0" in facts.settings and facts.preset == "quick"
    assert training_facts(replace(job, verdict=None), notes) is None
    untested = replace(verdict, general_before=0, general_after=0, basis=Basis.TOO_LITTLE)
    bare = training_facts(replace(job, verdict=untested), notes)
    assert bare is not None and (bare.general_before, bare.general_after, bare.is_tested) == (None, None, False)


def test_the_shelf_of_a_locked_vault_says_so(folder: DataFolder, library: AdapterLibrary) -> None:
    library.add_bytes(adapter_bytes(), "mine")

    def locked() -> bytes:
        raise StorageError("The history is locked.")

    shut: Callable[[], bytes] = locked
    (kept,) = AdapterLibrary(folder, shut).adapters()
    assert kept.problem == "The history is locked."
