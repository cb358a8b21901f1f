"""The control channel: what a backend offers, and its public files. Plain HTTP GETs under /v1, all through the gate.

Every failure is an AppError with advice. Answers are judged before they are believed; the token is in no message.
"""

import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import httpx

from app.domain.backend import Backend, ModelInfo, RecipeInfo
from app.domain.clearance import Gate, Purpose
from app.domain.errors import BackendError, BackendRefused, ConnectionLost, ModelError
from app.net.address import parse_url
from app.net.refusals import refusal_of_status
from app.net.retry import delays_s, was_interrupted
from app.net.transport import GatedBackend, GatedTransport
from app.net.trust import trust_in

_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_ANSWER_BYTES = 4 * 2**20  # of a list of models
_CHUNK_BYTES = 64 * 2**10
_FRUITLESS_TRIES = 5  # in a row, without one more byte of a pack
_HEX_64 = re.compile(r"[0-9a-f]{64}")
_UNREADABLE = "The backend's list of models cannot be read."
_UPDATE = "Check the backend's address, or update the app or the backend."

Progress = Callable[[int, int], None]  # bytes done, bytes in all; what it raises ends the download


@dataclass(frozen=True, slots=True)
class _File:
    """A public file of a backend."""

    path: str
    purpose: Purpose
    sha256: str
    bytes: int


class ControlClient:
    """Talks to one backend. One thread at a time; `abort` from any."""

    def __init__(self, backend: Backend, gate: Gate) -> None:
        self._address = parse_url(backend.url)
        self._network = GatedBackend(gate, self._address, trust_in(backend) if self._address.is_tls else None)
        self._client = httpx.Client(
            transport=GatedTransport(self._network),
            base_url=self._address.base_url,
            headers={"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "nearhalf"},
            timeout=_TIMEOUT,
            trust_env=False,  # no proxies, no .netrc: nothing goes where the person did not say
            follow_redirects=False,
        )
        self._authorization = {"Authorization": f"Bearer {backend.token}"}
        self._aborted = threading.Event()

    def list_models(self) -> list[ModelInfo]:
        """What the backend offers. Raises BackendRefused (a wrong token), ConnectionLost, BackendError."""
        try:
            models = json.loads(self._get("/v1/models", Purpose.LIST_MODELS))["models"]
            return [_model_info(model) for model in models]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BackendError(_UNREADABLE, _UPDATE) from error

    def download_pack(self, model: ModelInfo, destination: Path, progress: Progress = lambda done, total: None) -> None:
        """Fetch a device pack to `destination`, going on from an earlier part; one that is there already is kept.

        Raises ModelError for a pack that is damaged (it is deleted) or cannot be stored, ConnectionLost after several
        fruitless tries, BackendRefused; and what `progress` raises: a person who leaves raises Cancelled or
        KeyboardInterrupt there. The part then stays.
        """
        path = f"/v1/models/{quote(model.model_id, safe='')}/device-pack"
        self._download(_File(path, Purpose.DEVICE_PACK, model.pack_sha256, model.pack_bytes), destination, progress)

    def download_recipe(
        self,
        model: ModelInfo,
        recipe: RecipeInfo,
        destination: Path,
        progress: Progress = lambda done, total: None,
    ) -> None:
        """Fetch the public matrices A and B, as `download_pack` does. Raises ModelError where the backend has none."""
        if not recipe.bytes:
            raise ModelError("This backend does not give away the matrices A and B.", _UPDATE)
        path = f"/v1/models/{quote(model.model_id, safe='')}/recipe/{recipe.name}-{recipe.version}"
        self._download(_File(path, Purpose.RECIPE, recipe.sha256, recipe.bytes), destination, progress)

    def _download(self, wanted: _File, destination: Path, progress: Progress) -> None:
        part = destination.with_name(f"{destination.name}.{wanted.sha256[:16]}.part")
        waits = delays_s()
        fruitless = 0
        try:
            if destination.exists() and _sha256(destination) == wanted.sha256:
                progress(wanted.bytes, wanted.bytes)
                return
            destination.parent.mkdir(parents=True, exist_ok=True)
            while True:
                before = _size(part)
                try:
                    if before < wanted.bytes:
                        self._fetch(wanted, part, progress)
                    break
                except (ConnectionLost, BackendRefused) as error:
                    if isinstance(error, BackendRefused) and not error.can_retry:
                        raise
                    if _size(part) > before:
                        fruitless, waits = 0, delays_s()
                    fruitless += 1
                    if fruitless >= _FRUITLESS_TRIES:
                        raise
                    was_interrupted(self._aborted, next(waits))
            _accept(part, destination, wanted.sha256)
        except OSError as error:
            raise ModelError(
                f"The download cannot be stored: {os.strerror(error.errno or 0)}.", "Free some space and try again."
            ) from error

    def abort(self) -> None:
        """Break off what is under way, from any thread and for good: it raises ConnectionLost."""
        self._aborted.set()
        self._network.abort()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _get(self, path: str, purpose: Purpose) -> bytes:
        """A small answer. Where a kept connection has gone meanwhile, it is asked for once more on a new one."""
        try:
            return self._get_once(path, purpose)
        except ConnectionLost:
            return self._get_once(path, purpose)

    def _get_once(self, path: str, purpose: Purpose) -> bytes:
        with self._request(path, purpose, self._authorization) as response:
            if response.status_code != 200:
                raise refusal_of_status(response.status_code)
            body = bytearray()
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > _ANSWER_BYTES:
                    raise BackendError(_UNREADABLE, _UPDATE)
            return bytes(body)

    @contextmanager
    def _request(self, path: str, purpose: Purpose, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        if self._aborted.is_set():
            raise ConnectionLost("The connection was broken off.")
        self._network.purpose = purpose
        try:
            with self._client.stream("GET", path, headers=headers) as response:
                yield response
        except httpx.HTTPError as error:
            raise BackendError("The backend's answer cannot be read.", _UPDATE) from error

    def _fetch(self, wanted: _File, part: Path, progress: Progress) -> None:
        """One request for what is missing, appended to `part`."""
        have = _size(part)
        headers = dict(self._authorization)
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": f'"{wanted.sha256}"'}
        with self._request(wanted.path, wanted.purpose, headers) as response:
            status = response.status_code
            if status == 416:
                part.unlink(missing_ok=True)
                raise ConnectionLost("What the backend offers for download has changed.", "Try again.")
            if status not in (200, 206):
                raise refusal_of_status(status)
            if status == 206 and not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
                raise BackendError("The backend sent another part of the file than was asked for.", _UPDATE)
            with part.open("ab" if status == 206 else "wb") as file:
                self._store(response, file, wanted.bytes, progress)

    def _store(self, response: httpx.Response, file: BinaryIO, size: int, progress: Progress) -> None:
        done = file.tell()
        for chunk in response.iter_raw(_CHUNK_BYTES):
            if done + len(chunk) > size:
                file.truncate(0)
                raise ModelError("The download is larger than the backend said.", _UPDATE)
            file.write(chunk)
            done += len(chunk)
            progress(done, size)
        if done < size:
            raise ConnectionLost("The download ended early.", "Try again; it goes on where it stopped.")


def _accept(part: Path, destination: Path, sha256: str) -> None:
    """Move a whole file to its place; a damaged one is deleted. Raises ModelError."""
    if _sha256(part) != sha256:
        part.unlink()
        raise ModelError(
            "The download is damaged: its SHA-256 is not what the backend said. It was deleted.",
            "Try again; if it happens again, do not trust this backend or the way to it.",
        )
    part.replace(destination)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _model_info(untrusted: Mapping[str, Any]) -> ModelInfo:
    """Raises KeyError, TypeError or ValueError for anything that is not a description of a model."""
    limits = untrusted["limits"]
    return ModelInfo(
        model_id=_text(untrusted["id"]),
        architecture=_text(untrusted["architecture"]),
        layers=_count(untrusted["layers"]),
        hidden_size=_count(untrusted["hidden_size"]),
        vocab_size=_count(untrusted["vocab_size"]),
        max_positions=min(_count(untrusted["max_positions"]), _count(limits["max_positions"])),
        max_rows=_count(limits["max_rows"]),
        backbone_sha256=_sha256_text(untrusted["backbone_sha256"]),
        pack_sha256=_sha256_text(untrusted["pack_sha256"]),
        pack_bytes=_count(untrusted["pack_bytes"]),
        dtype=_text(untrusted["dtype"]),
        recipes=tuple(
            RecipeInfo(
                _text(recipe["name"]),
                _count(recipe["version"]),
                _sha256_text(recipe["sha256"]),
                _count(recipe["rank"]),
                _count(recipe["bytes"]) if recipe.get("bytes") else 0,
            )
            for recipe in untrusted["recipes"]
        ),
        tuning_rows=_count(untrusted["tuning"]["max_rows"]) if untrusted.get("tuning") else 0,
        pack_format=_count(untrusted["format"]) if "format" in untrusted else 0,
    )


def _text(untrusted: Any) -> str:
    if not isinstance(untrusted, str) or not 0 < len(untrusted) <= 256 or not untrusted.isprintable():
        raise ValueError("not a short text")
    return untrusted


def _count(untrusted: Any) -> int:
    if not isinstance(untrusted, int) or isinstance(untrusted, bool) or not 0 < untrusted < 2**40:
        raise ValueError("not a count")
    return untrusted


def _sha256_text(untrusted: Any) -> str:
    if not isinstance(untrusted, str) or not _HEX_64.fullmatch(untrusted):
        raise ValueError("not a SHA-256")
    return untrusted
