"""The model folder: its file names, and `manifest.json`, which says what is in it (docs/model-files.md)."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.wire.messages import Recipe
from cloud_backend.engine.errors import ModelFolderError

FORMAT = 2
MANIFEST_FILE = "manifest.json"
BACKBONE_FILE = "backbone.safetensors"
CONFIG_FILE = "config.json"
PACK_FILE = "device-pack.zip"


@dataclass(frozen=True, slots=True)
class RecipeEntry:
    """One file of A and B. name: a `Recipe`'s name in lower case. rank: R, the largest rank a plan may ask for."""

    name: str
    version: int
    sha256: str
    rank: int

    @property
    def recipe(self) -> Recipe:
        return Recipe[self.name.upper()]

    @property
    def file(self) -> str:
        return recipe_file(self.name, self.version)


def recipe_file(name: str, version: int) -> str:
    """Name of the file that holds A and B."""
    return f"recipe-{name}-{version}.safetensors"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`manifest.json`. Hashes are lower-case SHA-256 hex; dtype is that of the stored weights (fp32, bf16, fp16)."""

    format: int
    id: str
    architecture: str
    layers: int
    hidden_size: int
    vocab_size: int
    max_positions: int
    backbone_sha256: str
    pack_sha256: str
    pack_bytes: int
    dtype: str
    projection_rows: dict[str, int]
    recipes: tuple[RecipeEntry, ...]

    def as_dict(self) -> dict[str, Any]:
        """The manifest as plain JSON values."""
        return {**asdict(self), "recipes": [asdict(entry) for entry in self.recipes]}

    def write(self, folder: Path) -> None:
        (folder / MANIFEST_FILE).write_text(json.dumps(self.as_dict(), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises ModelFolderError where `folder` holds no manifest of this format."""
        try:
            fields = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
            fields["recipes"] = tuple(RecipeEntry(**entry) for entry in fields["recipes"])
            manifest = cls(**fields)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelFolderError(f"{folder} is not a prepared model folder; make one with `prepare`") from error
        if manifest.format != FORMAT:
            raise ModelFolderError(f"{folder} has format {manifest.format}, not {FORMAT}: prepare the model again")
        return manifest


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, lower-case hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
