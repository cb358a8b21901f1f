"""From what an operator calls a model to a prepared model folder: prepared once, then kept in a cache folder."""

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import platformdirs

from cloud_backend.server.config import ServerConfig
from cloud_backend.server.errors import OperatorError
from cloud_backend.server.hosted import MANIFEST, HostedModel

Report = Callable[[str, float], None]
DtypeName = Literal["auto", "fp32", "bf16", "fp16"]


def default_cache_dir() -> Path:
    return platformdirs.user_cache_path("nearhalf", appauthor=False) / "models"


def default_threads() -> int:
    """One core is left to the device half and the event loop (FACTS.md, Engine)."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable - 1)


def limit_threads(count: int) -> None:
    """Set the threads of the engine's maths libraries. They read this when they are first imported."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(count)


def prepare_model(source: str, out: Path, *, model_id: str | None, report: Report) -> Path:
    """Make the model folder `out`. Raises OperatorError."""
    from cloud_backend.engine.errors import EngineError  # here, so that nothing else waits for torch
    from cloud_backend.engine.prepare import prepare

    try:
        return prepare(source, out, model_id=model_id, report=report)
    except EngineError as error:
        raise OperatorError(str(error)) from error
    except OSError as error:
        raise OperatorError(f"The model {source} could not be prepared: {error.strerror or error}.") from error


def locate_model(source: str, cache_dir: Path, report: Report) -> Path:
    """The model folder for `source`: itself, or one prepared before by this version, or one prepared now.

    Raises OperatorError.
    """
    if (Path(source) / MANIFEST).is_file():
        return Path(source)
    folder = cache_dir / _cache_name(source)
    if not _is_current(folder):
        prepare_model(source, folder, model_id=None, report=report)
    return folder


def _is_current(folder: Path) -> bool:
    from cloud_backend.engine.manifest import FORMAT

    try:
        return bool(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["format"] == FORMAT)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def load_model(folder: Path, *, device: str, dtype: DtypeName) -> HostedModel:
    """Load the backbone in `folder`. Raises OperatorError."""
    from cloud_backend.engine.backbone import load_backbone
    from cloud_backend.engine.errors import EngineError
    from cloud_backend.tuning.tuner import Tuner

    try:
        engine = load_backbone(folder, device=device, dtype=dtype)
        return HostedModel.from_folder(folder, engine, Tuner(engine))
    except EngineError as error:
        raise OperatorError(str(error)) from error
    except (OSError, ValueError) as error:
        raise OperatorError(
            f"{folder} is not a whole model folder ({type(error).__name__}). Make it again: nearhalf-cloud prepare."
        ) from error


def refuse_twins(models: list[HostedModel]) -> None:
    """Raises OperatorError where two models answer to one name."""
    ids = [model.id for model in models]
    for name in ids:
        if ids.count(name) > 1:
            raise OperatorError(f"Two models are called {name}. Prepare one of them with another --id.")


def check_room(models: list[HostedModel], config: ServerConfig) -> None:
    """Raises OperatorError where the KV limit cannot hold even one position of a model."""
    for model in models:
        if model.engine.kv_bytes_per_position > config.max_kv_bytes:
            raise OperatorError(f"--max-kv-mb is too small for a single position of {model.id}. Give more.")


def report_on_stderr(stage: str, fraction: float) -> None:
    print(f"{stage} … {fraction:.0%}", file=sys.stderr, flush=True)


def _cache_name(source: str) -> str:
    """Readable, and different whenever the source's files are."""
    path = Path(source).expanduser()
    parts = [source]
    if path.exists():
        files = [path] if path.is_file() else sorted(p for p in path.iterdir() if p.is_file())
        parts = [f"{file.resolve()}:{file.stat().st_size}:{file.stat().st_mtime_ns}" for file in files]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    stem = re.sub(r"[^a-z0-9.-]+", "-", Path(source).name.lower()).strip("-.") or "model"
    return f"{stem}-{digest[:12]}"
