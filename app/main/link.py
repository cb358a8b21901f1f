"""The way to one backend: started or reached, its models asked for, a device pack fetched.

torch is imported where it is first needed.
"""

import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from app.core.adapters import file_of
from app.core.services import ChatRequest, Measurement, Report
from app.device.adapter_card import read_file
from app.domain.backend import Backend, ModelInfo
from app.domain.clearance import Purpose
from app.domain.conversation import AdapterUse
from app.domain.errors import Cancelled, ModelError, SettingsError
from app.storage.paths import DataFolder
from app.wire.messages import Recipe
from app.wire.plan import layer_by_layer

if TYPE_CHECKING:
    from app.core.embedded import EmbeddedBackend
    from app.core.reply_writer import ReplyWriter
    from app.core.session import RetryPolicy
    from app.device.adapter import Adapter
    from app.device.near_half import NearHalf
    from app.device.pack import DevicePack
    from app.net.address import Address
    from app.net.channel import DataChannel
    from app.net.control import ControlClient
    from app.net.updates import FeedClient
    from app.privacy.gate import PrivacyGate

BUILT_IN_MODEL = "smollm2-135m-instruct"
# The model's threads on the device: the built-in backend computes on the other cores, and two torch processes that
# fight for the same cores fall to a fraction of their speed (docs/lab-log.md).
DEVICE_THREADS = 1
MEASURED_RANK = 32
TELL_EVERY_S = 0.25

_Opened = TypeVar("_Opened", "DataChannel", "ControlClient")

Progress = Callable[[int, int], None]  # bytes done, bytes in all


class Link:
    """The way to one backend: the gate, and the address, which changes when the built-in backend is started anew."""

    def __init__(self, gate: "PrivacyGate", backend: Backend, embedded: "EmbeddedBackend | None") -> None:
        self.gate = gate
        self.backend = backend
        self._embedded = embedded
        self._opened: weakref.WeakSet[DataChannel | ControlClient] = weakref.WeakSet()
        self._is_aborted = False
        self._allow(backend)

    def open_channel(self, is_cancelled: Callable[[], bool] = lambda: False) -> "DataChannel":
        """A channel, not connected yet; the built-in backend is started anew where it has died.

        Raises BackendError where it cannot be started, Cancelled where `is_cancelled` says so meanwhile.
        """
        from app.net.channel import DataChannel

        if self._embedded is not None and not self._is_aborted:
            backend = self._embedded.start(is_cancelled=is_cancelled)
            if backend != self.backend:
                self.gate.disallow(_address(self.backend).name)
                self._allow(backend)
        return self._watched(DataChannel(self.backend, self.gate))

    def control(self) -> "ControlClient":
        from app.net.control import ControlClient

        return self._watched(ControlClient(self.backend, self.gate))

    def abort(self) -> None:
        """Break off all that was opened, from any thread, for good: it raises ConnectionLost, later ones Cancelled."""
        self._is_aborted = True
        for opened in tuple(self._opened):
            opened.abort()

    def _watched(self, opened: _Opened) -> _Opened:
        self._opened.add(opened)
        if self._is_aborted:
            raise Cancelled
        return opened

    def _allow(self, backend: Backend) -> None:
        self.backend = backend
        address = _address(backend)
        self.gate.allow(address.name, address.path)


class Network:
    """All ways out of one process: one gate with the folder's ledger, and the built-in backend, started when asked for.

    tell: gets what a person should know, e.g. that a damaged ledger was set aside. Any thread. The trainer's process
    has a ledger of its own, and a log of its own for its backend.
    """

    def __init__(
        self, folder: DataFolder, tell: Callable[[str], None], ledger: Path | None = None, log: str = "backend.log"
    ) -> None:
        from app.core.embedded import EmbeddedBackend
        from app.privacy.gate import PrivacyGate
        from app.privacy.ledger import Ledger

        opened = Ledger(ledger or folder.ledger)
        self.gate = PrivacyGate(opened)
        self._embedded = EmbeddedBackend(
            folder.models / BUILT_IN_MODEL, log=folder.logs / log, kernels=folder.root / "kernels"
        )
        if opened.notice:
            tell(opened.notice)

    def link(self, backend: Backend | None, report: Report) -> Link:
        """The way to `backend`; None: the built-in one, started. Raises AppError."""
        if backend is not None:
            return Link(self.gate, backend, None)
        return Link(self.gate, self._embedded.start(report), self._embedded)

    def close(self) -> None:
        """After all that uses it."""
        self._embedded.stop()
        self.gate.close()


def open_writer(
    network: Network,
    folder: DataFolder,
    request: ChatRequest,
    report: Report,
    read_adapter: Callable[[Path], bytes] = read_file,
    found: Callable[[ModelInfo], None] = lambda _: None,
    has_adapter: Callable[[str], bool] = lambda file: True,
    wait: Callable[[], object] = lambda: None,
) -> "ReplyWriter":
    """A writer with its session open: its backend reached, its model's pack installed and loaded. Raises AppError.

    found: is told of the model before an adapter is loaded for it, which may not fit. wait: is called, in a thread,
    before torch is imported, which holds Python's lock for most of a second.
    """
    # seconds, while the backend's process starts
    importing = Thread(target=_import_near_half, args=(wait,), name="nearhalf-import")
    importing.start()
    try:
        link = network.link(request.backend, report)
    finally:
        importing.join()
    from app.core.reply_writer import ReplyWriter
    from app.device.adapter import Adapter
    from app.device.tokenizer import load_tokenizer

    model, pack = model_with_pack(link, folder, request.model_id, report)
    found(model)
    report("Loading the device's half of the model.")
    plain = near_half(pack, None)

    def load_near(use: AdapterUse | None) -> "NearHalf":
        if use is None or not use.strength:
            return plain  # to the bit: a strength of zero asks for no exchange either
        adapter = Adapter.parse(read_adapter(Path(use.file)), pack.facts)
        return plain.with_adapter(adapter.scaled(use.strength / 100))

    used = AdapterUse(file_of(request.adapter)) if request.adapter else None
    writer = ReplyWriter(
        model=model,
        near=load_near(used),
        tokenizer=load_tokenizer(pack),
        open_channel=link.open_channel,
        meter=link.gate,
        retry=retry_policy(),
        host=shown_host(link.backend),
        adapter=used,
        load_near=load_near,
        has_adapter=has_adapter,
    )
    try:
        writer.connect(report)
    except BaseException:
        writer.close()
        raise
    return writer


def _import_near_half(wait: Callable[[], object]) -> None:
    wait()
    import app.core.reply_writer
    import app.device.near_half
    import app.device.tokenizer  # noqa: F401 - torch comes with them


def measure(link: Link, folder: DataFolder, report: Report, model_id: str | None = None) -> Measurement:
    """Round trips by WebSocket pings; decode steps with no adapter, and with one of zeros that taps every layer.
    model_id: None: the backend's first.

    A ping does not wait for the backend's engine, and an exchange does: so exchanges are timed themselves.
    Raises AppError.
    """
    from app.device.adapter import Adapter
    from app.net.measure import round_trips_ms

    model, pack = model_with_pack(link, folder, model_id, report)
    report("Measuring round trips.")
    channel = link.open_channel()
    try:
        channel.connect()
        rtt_ms = round_trips_ms(channel)
    finally:
        channel.close()
    report("Measuring steps without an adapter.")
    plain_ms = step_ms(link, model, near_half(pack, None), report)
    report("Measuring steps with an exchange at every layer.")
    ranks = [recipe.rank for recipe in pack.facts.recipes if recipe.name == Recipe.SVD.name.lower()]
    plan = layer_by_layer(range(model.layers), min([MEASURED_RANK, *ranks]))
    adapter = Adapter.zero(plan, pack.facts, Recipe.SVD, name="measurement")
    tapped_ms = step_ms(link, model, near_half(pack, adapter), report)
    exchange_ms = (tapped_ms - plain_ms) / max(plan.round_trips - 1, 1)
    return Measurement(tuple(rtt_ms), plain_ms, max(exchange_ms, 0.0), model.layers)


def open_feed(gate: "PrivacyGate", url: str) -> "FeedClient":
    """What asks one release feed; the person said so. Raises SettingsError."""
    from app.net.updates import FeedClient, feed_address

    address = feed_address(url)
    gate.allow_feed(address.name, address.path)
    return FeedClient(url, gate)


def model_with_pack(
    link: Link, folder: DataFolder, model_id: str | None, report: Report
) -> tuple[ModelInfo, "DevicePack"]:
    """The chosen model (None: the backend's first), with its device pack fetched, checked and installed."""
    control = link.control()
    try:
        report("Asking the backend for its models.")
        model = _choose(control.list_models(), model_id)

        def tell(done: int, total: int) -> None:
            report(f"Fetching the device's part of the model: {done / 1e6:.0f} of {total / 1e6:.0f} MB.")

        return model, installed_pack(control, folder, model, tell, report)
    finally:
        control.close()


def installed_pack(
    control: "ControlClient", folder: DataFolder, model: ModelInfo, progress: Progress, report: Report
) -> "DevicePack":
    """The model's device pack; fetched where it is not here yet, going on from an earlier part. Packs of an earlier
    format are removed then. Raises AppError, before anything is fetched where the backend's is of another format."""
    from app.device.pack import DevicePack, install_pack, installed_sha256, remove_outdated
    from app.device.pack_facts import check_format

    target = folder.packs / model.pack_sha256[:16]
    if installed_sha256(target) == model.pack_sha256:
        return DevicePack(target)
    if model.pack_format:
        check_format(model.pack_format)
    archive = target.with_suffix(".zip")
    control.download_pack(model, archive, _at_most_every(TELL_EVERY_S, progress))
    report("Checking and installing the device's part of the model.")
    try:
        pack = install_pack(archive, target, model.pack_sha256)
    finally:
        archive.unlink(missing_ok=True)
    remove_outdated(folder.packs)
    return pack


def _address(backend: Backend) -> "Address":
    from app.net.address import parse_url

    return parse_url(backend.url)


def shown_host(backend: Backend) -> str:
    from app.net.address import is_loopback

    host = _address(backend).host
    return "localhost" if is_loopback(host) else host


def near_half(pack: "DevicePack", adapter: "Adapter | None") -> "NearHalf":
    from app.device.near_half import NearHalf
    from app.device.threads import use_threads

    use_threads(DEVICE_THREADS)
    return NearHalf(pack, adapter)


def retry_policy() -> "RetryPolicy":
    from app.core.session import RetryPolicy
    from app.net.retry import delays_s

    return RetryPolicy(delays_s)


def step_ms(link: "Link", model: ModelInfo, near: "NearHalf", report: Report) -> float:
    from app.core.measurement import median_step_ms
    from app.core.session import RemoteSession

    session = RemoteSession(near, model, link.open_channel, retry_policy(), report, lambda: None, Purpose.MEASURE)
    try:
        session.connect(report)
        return median_step_ms(session, near)
    finally:
        session.close()


def _choose(models: Sequence[ModelInfo], model_id: str | None) -> ModelInfo:
    if not models:
        raise ModelError("This backend offers no model.", "Use another backend, or ask whoever runs it.")
    if model_id is None:
        return models[0]
    for model in models:
        if model.model_id == model_id:
            return model
    raise SettingsError(
        f"This backend has no model called {model_id!r}.", f"It has: {', '.join(model.model_id for model in models)}."
    )


def _at_most_every(seconds: float, tell: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """`tell`, left out while the last call is less than `seconds` ago; the end is always told."""
    last_s = 0.0

    def throttled(done: int, total: int) -> None:
        nonlocal last_s
        now_s = time.monotonic()
        if now_s - last_s >= seconds or done == total:
            last_s = now_s
            tell(done, total)

    return throttled
