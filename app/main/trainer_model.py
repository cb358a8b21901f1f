"""The one model that a job belongs to: its numbers mean nothing with other layers, or with other matrices A and B."""

from contextlib import closing
from typing import TYPE_CHECKING

from app.core.tuning_jobs import MODEL
from app.domain.errors import BackendRefused, ModelError
from app.main.link import model_with_pack
from app.wire.errors import ErrorCode, RefusedByPeer

if TYPE_CHECKING:
    from app.core.services import Report
    from app.core.tuning import TuningJob
    from app.device.pack import DevicePack
    from app.domain.backend import ModelInfo
    from app.main.link import Link
    from app.storage.job_files import JobFiles
    from app.storage.paths import DataFolder


def same_model(
    link: "Link", folder: "DataFolder", job: "TuningJob", files: "JobFiles", report: "Report"
) -> "tuple[ModelInfo, DevicePack]":
    """The job's model with its pack; at its first start the one that was chosen. Raises ModelError where the backend
    has it no more; nothing is fetched then."""
    if not files.has(MODEL):
        model, pack = model_with_pack(link, folder, job.model or None, report)
        files.write(MODEL, _identity(model, job).encode())
        return model, pack
    wanted = files.read(MODEL).decode()
    report("Asking the backend for its models.")
    with closing(link.control()) as control:
        models = control.list_models()
    found = next((model for model in models if wanted in (_identity(model, job), model.backbone_sha256)), None)
    if found is None:
        raise another_model()
    return model_with_pack(link, folder, found.model_id, report)


def is_another_model(error: BackendRefused) -> bool:
    """Whether the backend was started again with another model, or other matrices, while the job was connected."""
    cause = error.__cause__
    return isinstance(cause, RefusedByPeer) and cause.code in (ErrorCode.MODEL_UNKNOWN, ErrorCode.RECIPE_UNKNOWN)


def another_model() -> ModelError:
    return ModelError(
        "The backend has another model now than when this training began, or other matrices A and B.",
        "Resume it when that model is back, or begin a new training. Nothing was lost.",
    )


def _identity(model: "ModelInfo", job: "TuningJob") -> str:
    name = job.settings.recipe.name.lower()
    recipes = sorted(recipe.sha256 for recipe in model.recipes if recipe.name == name)
    return " ".join((model.backbone_sha256, *recipes))
