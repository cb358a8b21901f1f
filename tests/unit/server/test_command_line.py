"""`nearhalf-cloud`: examples in every help, sentences instead of tracebacks, exit code 2."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cloud_backend.engine.manifest import FORMAT
from cloud_backend.main import main
from cloud_backend.server import library
from cloud_backend.server.errors import OperatorError
from cloud_backend.server.library import locate_model
from cloud_backend.server.tokens import TokenStore, add_token


def _told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    text = capsys.readouterr().err
    assert text.startswith("nearhalf-cloud: ")
    return text


@pytest.mark.parametrize("command", ["serve", "prepare", "token"])
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert f"example:\n  nearhalf-cloud {command} --" in capsys.readouterr().out


def test_module_can_be_run_and_asks_for_a_command() -> None:
    finished = subprocess.run([sys.executable, "-m", "cloud_backend"], capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert "Traceback" not in finished.stderr


def test_token_prints_only_the_token_and_keeps_its_hash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tokens"
    assert main(["token", "--token-file", str(path)]) == 0
    token = capsys.readouterr().out.strip()
    assert TokenStore(path=path).owner(token)


def test_token_file_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot be written" in _told(capsys, "token", "--token-file", str(tmp_path / "no" / "such" / "folder"))


def test_missing_and_empty_token_files_say_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tokens"
    for _ in range(2):
        text = _told(capsys, "serve", "--model", "x", "--token-file", str(path))
        assert f"nearhalf-cloud token --token-file {path}" in text
        path.write_text("# nobody yet\n")


def test_port_in_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_token(tmp_path / "tokens")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        text = _told(capsys, "serve", "--model", "x", "--token-file", str(tmp_path / "tokens"), "--port", port)
    assert port in text
    assert "--port" in text


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--tls-cert", "cert.pem"], "belong together"),
        (["--tls-cert", "cert.pem", "--tls-key", "key.pem"], "cert.pem"),
        (["--idle-timeout", "0"], "--idle-timeout"),
        (["--max-kv-mb", "-1"], "--max-kv-mb"),
        (["--idle-timeout", "nan"], "--idle-timeout"),
        (["--host", "no.such.host.invalid"], "no.such.host.invalid"),
    ],
)
def test_flags_that_make_no_sense(
    flags: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in _told(capsys, "serve", "--model", "x", "--token-file", str(tmp_path / "t"), *flags)


@pytest.mark.parametrize("flags", [["--port", "99999"], ["--threads", "0"], ["--max-rows", "many"], ["--bogus"]])
def test_flags_that_argparse_refuses(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["serve", "--model", "x", "--token-file", "t", *flags])
    assert end.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_unexpected_fault_is_a_sentence_without_its_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("cloud_backend.main.prepare_model", fail)
    text = _told(capsys, "prepare", "--model", "x", "--out", str(tmp_path))
    assert "ZeroDivisionError" in text
    assert "secret detail" not in text


def test_model_that_is_not_prepared_is_prepared_once_into_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "Some Model.gguf"
    source.write_bytes(b"weights")
    made: list[Path] = []

    def prepare(name: str, out: Path, **_: Any) -> Path:
        out.mkdir(parents=True, exist_ok=True)
        (out / "manifest.json").write_text(f'{{"format": {FORMAT}}}')
        made.append(out)
        return out

    monkeypatch.setattr(library, "prepare_model", prepare)
    cache = tmp_path / "cache"
    first = locate_model(str(source), cache, lambda stage, fraction: None)
    assert locate_model(str(source), cache, lambda stage, fraction: None) == first
    assert made == [first]
    assert first.name.startswith("some-model.gguf-")
    for of_another_version in ('{"format": 1}', "{}", "{"):
        (first / "manifest.json").write_text(of_another_version)
        assert locate_model(str(source), cache, lambda stage, fraction: None) == first
        assert made.pop() == first
    assert made == [first]
    assert locate_model(str(first), cache, lambda stage, fraction: None) == first  # a model folder is taken as it is
    source.write_bytes(b"other weights")
    os.utime(source, (1, 1))
    assert locate_model(str(source), cache, lambda stage, fraction: None) != first


def test_folder_that_is_no_whole_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(OperatorError, match="prepare"):
        library.load_model(tmp_path, device="cpu", dtype="auto")
