import hashlib
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from app.device.pack import MEMBER_LIMIT_BYTES, DamagedPack, DevicePack, install_pack, installed_sha256
from app.domain.errors import ModelError
from app.wire.plan import Projection

Build = Callable[..., DevicePack]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_an_installed_pack_tells_its_facts_and_opens_its_weights(build_pack: Build) -> None:
    pack = build_pack()
    assert (pack.facts.model_id, pack.facts.hidden_size, pack.facts.projection_rows[Projection.K]) == ("tiny", 16, 8)
    assert pack.facts.recipe("random", 1) is not None
    assert pack.facts.recipe("svd", 2) is None
    with pack.weights() as weights:
        assert weights.tensor("embed_tokens.weight").dtype == torch.bfloat16
    assert leftovers(pack.folder.parent) == []


def test_the_hash_it_was_installed_from_is_remembered(build_pack: Build, tmp_path: Path) -> None:
    pack = build_pack()
    assert installed_sha256(pack.folder) == sha256(tmp_path / "pack-0.zip")
    assert installed_sha256(tmp_path / "nothing") is None


def test_installing_again_replaces_the_folder(build_pack: Build, pack_recipe: Any, tmp_path: Path) -> None:
    folder = build_pack().folder
    digest = pack_recipe(facts={"model_id": "newer"}).zip(tmp_path / "new.zip")
    assert install_pack(tmp_path / "new.zip", folder, digest).facts.model_id == "newer"
    assert leftovers(folder.parent) == []


def test_a_wrong_hash_is_refused_and_the_old_pack_stays(build_pack: Build, tmp_path: Path) -> None:
    pack = build_pack()
    with pytest.raises(DamagedPack) as caught:
        install_pack(tmp_path / "pack-0.zip", pack.folder, "0" * 64)
    assert caught.value.advice
    assert DevicePack(pack.folder).facts.model_id == "tiny"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "a/pack.json", "pack.json/", "evil.py", "PACK.JSON"])
def test_a_member_that_does_not_belong_there_is_refused(name: str, pack_recipe: Any, tmp_path: Path) -> None:
    zip_path = tmp_path / "bad.zip"
    digest = pack_recipe(files={name: b"x"}).zip(zip_path)
    with pytest.raises(ModelError):
        install_pack(zip_path, tmp_path / "pack", digest)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.zip"]


def test_a_compressed_member_is_refused(pack_recipe: Any, tmp_path: Path) -> None:
    digest = pack_recipe().zip(tmp_path / "bomb.zip", compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(DamagedPack, match="compressed"):
        install_pack(tmp_path / "bomb.zip", tmp_path / "pack", digest)


def test_a_member_larger_than_its_kind_may_be_is_refused(pack_recipe: Any, tmp_path: Path) -> None:
    too_large = b" " * (MEMBER_LIMIT_BYTES["config.json"] + 1)
    digest = pack_recipe(files={"config.json": too_large}).zip(tmp_path / "big.zip")
    with pytest.raises(DamagedPack, match="size"):
        install_pack(tmp_path / "big.zip", tmp_path / "pack", digest)


def test_a_name_that_comes_twice_is_refused(pack_recipe: Any, tmp_path: Path) -> None:
    zip_path = tmp_path / "twice.zip"
    pack_recipe().zip(zip_path)
    with zipfile.ZipFile(zip_path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("pack.json", "{}")
    with pytest.raises(DamagedPack):
        install_pack(zip_path, tmp_path / "pack", sha256(zip_path))


@pytest.mark.parametrize("keep", [0, 10, 4000])
def test_a_file_cut_short_is_refused_even_if_that_was_announced(keep: int, pack_recipe: Any, tmp_path: Path) -> None:
    zip_path = tmp_path / "cut.zip"
    pack_recipe().zip(zip_path)
    zip_path.write_bytes(zip_path.read_bytes()[:keep])
    with pytest.raises(DamagedPack):
        install_pack(zip_path, tmp_path / "pack", sha256(zip_path))


def test_a_symbolic_link_in_the_zip_becomes_an_ordinary_file(pack_recipe: Any, tmp_path: Path) -> None:
    zip_path = tmp_path / "link.zip"
    pack_recipe().zip(zip_path)
    link = zipfile.ZipInfo("chat_template.jinja")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(zip_path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    pack = install_pack(zip_path, tmp_path / "pack", sha256(zip_path))
    assert not (pack.folder / "chat_template.jinja").is_symlink()
    assert pack.read_text("chat_template.jinja") == "/etc/passwd"


@pytest.mark.parametrize("missing", ["pack.json", "weights.safetensors", "tokenizer.json", "tokenizer_config.json"])
def test_a_pack_that_lacks_a_file_is_refused(missing: str, pack_recipe: Any, tmp_path: Path) -> None:
    digest = pack_recipe(drop=(missing,)).zip(tmp_path / "less.zip")
    with pytest.raises(ModelError) as caught:
        install_pack(tmp_path / "less.zip", tmp_path / "pack", digest)
    assert caught.value.advice


@pytest.mark.parametrize(
    "change",
    [
        {"format": 1},
        {"format": 3},
        {"hidden_size": 0},
        {"hidden_size": "16"},
        {"hidden_size": 17},  # does not fit the weights
        {"vocab_size": 264},
        {"backbone_sha256": "abcd"},
        {"norm_eps": float("nan")},
        {"eos_token_ids": [-1]},
        {"recipes": [{"name": "svd", "version": 1, "sha256": "1" * 64, "rank": 7}]},
        {"recipes": [{"name": "svd", "version": 9, "sha256": "1" * 64, "rank": 6}]},
    ],
)
def test_a_description_that_is_wrong_is_refused(change: dict[str, Any], build_pack: Build) -> None:
    with pytest.raises(ModelError) as caught:
        build_pack(facts=change)
    assert caught.value.advice


@pytest.mark.parametrize("text", ["", "[]", "null", '{"format":2}', "\ud800", "[" * 100_000])
def test_a_description_that_is_not_one_is_refused(text: str, build_pack: Build) -> None:
    pack = build_pack()
    (pack.folder / "pack.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ModelError):
        DevicePack(pack.folder)


def test_damaged_weights_are_refused(build_pack: Build) -> None:
    pack = build_pack()
    weights = pack.folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(DamagedPack):
        DevicePack(pack.folder)


def test_the_default_models_pack_has_the_facts_of_its_manifest(smol_pack: DevicePack, smollm2_folder: Path) -> None:
    manifest = json.loads((smollm2_folder / "manifest.json").read_text())
    facts = smol_pack.facts
    assert (facts.backbone_sha256, facts.hidden_size) == (manifest["backbone_sha256"], manifest["hidden_size"])
    assert [recipe.sha256 for recipe in facts.recipes] == [recipe["sha256"] for recipe in manifest["recipes"]]
