"""A job goes on with the model and the matrices that it began with, or not at all."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.core.tuning import TuningJob, TuningSettings
from app.core.tuning_jobs import MODEL
from app.domain.backend import ModelInfo, RecipeInfo
from app.domain.errors import BackendRefused, ModelError
from app.main import trainer_model
from app.main.trainer_model import is_another_model, same_model
from app.storage.job_files import JobFiles
from app.wire.errors import ErrorCode, RefusedByPeer
from app.wire.messages import Recipe
from app.wire.plan import grouped

SVD = RecipeInfo("svd", 1, "5d" * 32, 8)
MODEL_NOW = ModelInfo("m", "tiny", 6, 48, 320, 256, 64, "ab" * 32, "cd" * 32, 1, "fp32", (SVD,), 64)
JOB = TuningJob("j", "Diary", "", "", "", None, TuningSettings(grouped(6, 2, 4), Recipe.SVD, 0, 4, 1e-3, 1e-3), "ef")


class Backend:
    """Offers some models, and notes which packs were fetched."""

    def __init__(self, *models: ModelInfo) -> None:
        self.models = models
        self.fetched: list[str | None] = []

    def control(self) -> Any:
        return SimpleNamespace(list_models=lambda: self.models, close=lambda: None)


@pytest.fixture
def files(tmp_path: Path) -> JobFiles:
    with JobFiles.made(tmp_path / "job", bytes(32)) as files:
        return files


@pytest.fixture(autouse=True)
def _packs(monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(link: Backend, _folder: object, model_id: str | None, _report: object) -> tuple[ModelInfo, None]:
        link.fetched.append(model_id)
        return next(one for one in link.models if model_id in (None, one.model_id)), None

    monkeypatch.setattr(trainer_model, "model_with_pack", fetch)


def found(backend: Backend, files: JobFiles) -> ModelInfo:
    link: Any = backend
    folder: Any = None
    return same_model(link, folder, JOB, files, lambda _: None)[0]


def test_it_is_found_again_whatever_it_is_called_and_wherever_it_stands(files: JobFiles) -> None:
    assert found(Backend(MODEL_NOW), files) == MODEL_NOW
    renamed = replace(MODEL_NOW, model_id="n")
    backend = Backend(replace(MODEL_NOW, backbone_sha256="00" * 32), renamed)
    assert found(backend, files) == renamed
    assert backend.fetched == ["n"]


@pytest.mark.parametrize(
    "changes",
    [{"backbone_sha256": "00" * 32}, {"recipes": (replace(SVD, sha256="00" * 32),)}, {"recipes": ()}],
    ids=["model", "matrices", "no matrices"],
)
def test_another_one_is_said_before_anything_of_it_is_fetched(files: JobFiles, changes: dict[str, Any]) -> None:
    found(Backend(MODEL_NOW), files)
    backend = Backend(replace(MODEL_NOW, **changes))
    with pytest.raises(ModelError, match="another model now than when this training began") as refused:
        found(backend, files)
    assert "Nothing was lost" in refused.value.advice
    assert backend.fetched == []


def test_a_job_of_an_earlier_version_knows_its_model_only(files: JobFiles) -> None:
    files.write(MODEL, MODEL_NOW.backbone_sha256.encode())
    assert found(Backend(MODEL_NOW), files) == MODEL_NOW


def test_a_refusal_of_the_model_or_the_matrices_is_told_from_others() -> None:
    for code, is_another in (
        (ErrorCode.MODEL_UNKNOWN, True),
        (ErrorCode.RECIPE_UNKNOWN, True),
        (ErrorCode.KV_FULL, False),
    ):
        refused = BackendRefused("No.")
        refused.__cause__ = RefusedByPeer(code)
        assert is_another_model(refused) is is_another
    assert not is_another_model(BackendRefused("No."))
