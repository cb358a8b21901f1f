"""The composition root: the only file that knows all parts. Builds them, joins them, and takes them down again.

torch and Qt are imported where they are first needed: `nearhalf --help` and `backend list` answer at once.
"""

import faulthandler
import logging
import logging.handlers
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.events import Event, LinkChanged, LinkState
from app.core.ports import ChatPort
from app.core.services import Backends, ChatRequest, Measurement, Report
from app.domain.backend import Backend, ModelInfo
from app.domain.clearance import Purpose
from app.domain.errors import AppError, ModelError, SettingsError
from app.storage.backends import BackendStore
from app.storage.paths import DataFolder, data_folder
from app.storage.secrets import TokenStore
from app.storage.settings import Settings, SettingsFile
from app.wire.messages import Recipe
from app.wire.plan import layer_by_layer

if TYPE_CHECKING:
    from app.core.chat import Chat
    from app.core.embedded import EmbeddedBackend
    from app.core.session import RetryPolicy
    from app.device.adapter import Adapter
    from app.device.near_half import NearHalf
    from app.device.pack import DevicePack
    from app.net.address import Address
    from app.net.channel import DataChannel
    from app.privacy.gate import PrivacyGate

BUILT_IN_MODEL = "smollm2-135m-instruct"
# The model's threads on the device: the built-in backend computes on the other cores, and two torch processes that
# fight for the same cores fall to a fraction of their speed (docs/lab-log.md).
DEVICE_THREADS = 1
MEASURED_RANK = 32
SWITCH_INTERVAL_S = 0.0002  # Python's own 5 ms lets one busy thread stall the generation thread
LOG_BYTES = 2**20

log = logging.getLogger(__name__)


class Nearhalf:
    """Implements app.core.services.Services over one data folder."""

    def __init__(self, folder: DataFolder, tell: Callable[[str], None] = lambda notice: None) -> None:
        """`tell` gets what a person should know beside progress, e.g. that a damaged file was set aside."""
        self._folder = folder
        self._notify = tell
        self._backends = BackendStore(folder.backends, TokenStore(folder.tokens))

    @property
    def backends(self) -> Backends:
        return self._backends

    @contextmanager
    def open_chat(self, request: ChatRequest, report: Report) -> Iterator[ChatPort]:
        """A chat that is ready to send. Raises AppError."""
        with ExitStack() as stack:
            yield self._build_chat(request, report, stack)[0]

    def measure(self, backend: Backend | None, report: Report) -> Measurement:
        """Round trips by WebSocket pings; decode steps with no adapter, and with one of zeros that taps every layer.

        A ping does not wait for the backend's engine, and an exchange does: so exchanges are timed themselves.
        Raises AppError.
        """
        from app.device.adapter import Adapter
        from app.net.measure import round_trips_ms

        with ExitStack() as stack:
            link = self._link(backend, report, stack)
            model, pack = self._model(link, None, report)
            report("Measuring round trips.")
            channel = link.open_channel()
            stack.callback(channel.close)
            channel.connect()
            rtt_ms = round_trips_ms(channel)
            channel.close()
            report("Measuring steps without an adapter.")
            step_ms = _step_ms(link, model, _near_half(pack, None), report)
            report("Measuring steps with an exchange at every layer.")
            ranks = [recipe.rank for recipe in pack.facts.recipes if recipe.name == Recipe.SVD.name.lower()]
            plan = layer_by_layer(range(model.layers), min([MEASURED_RANK, *ranks]))
            adapter = Adapter.zero(plan, pack.facts, Recipe.SVD, name="measurement")
            tapped_ms = _step_ms(link, model, _near_half(pack, adapter), report)
        exchange_ms = (tapped_ms - step_ms) / max(plan.round_trips - 1, 1)
        return Measurement(tuple(rtt_ms), step_ms, max(exchange_ms, 0.0), model.layers)

    def open_window(self) -> int:
        """Show the window until it is closed."""
        from app.ui.application import run_window
        from app.ui.window import WindowSettings

        # Qt's loop would hold Python's handlers back until the next event; nothing of ours is lost by ending at once:
        # every ledger entry is written already, and the backend ends with the pipe it holds.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        settings, warning = SettingsFile(self._folder.settings).load()
        self._tell(warning)
        with ExitStack() as stack:
            model_names: list[str] = []

            def start(tell: Callable[[Event], None]) -> ChatPort:
                stack.close()  # what an earlier try has left
                request = self._request(settings)
                chat, model = self._build_chat(
                    request, lambda sentence: tell(LinkChanged(LinkState.STARTING, sentence)), stack
                )
                model_names[:] = [model.model_id]
                return chat

            return run_window(
                start,
                WindowSettings(
                    model_name=lambda: model_names[0] if model_names else "",
                    backend_name=settings.backend or "built-in backend",
                    backend_is_on_this_computer=settings.backend is None,
                    sampling=settings.sampling,
                ),
                log_path=self._folder.logs / "app.log",
            )

    def _tell(self, notice: str) -> None:
        if notice:
            log.warning(notice)
            self._notify(notice)

    def _request(self, settings: Settings) -> ChatRequest:
        backend = self._backends.find(settings.backend) if settings.backend is not None else None
        adapter = Path(settings.adapter) if settings.adapter else None
        return ChatRequest(backend, settings.model_id, adapter, settings.system or None)

    def _build_chat(self, request: ChatRequest, report: Report, stack: ExitStack) -> tuple["Chat", ModelInfo]:
        from app.core.chat import Chat
        from app.device.adapter import Adapter
        from app.device.tokenizer import load_tokenizer

        link = self._link(request.backend, report, stack)
        model, pack = self._model(link, request.model_id, report)
        report("Loading the device's half of the model.")
        chat = Chat(
            model=model,
            near=_near_half(pack, Adapter.load(request.adapter, pack.facts) if request.adapter else None),
            tokenizer=load_tokenizer(pack),
            open_channel=link.open_channel,
            meter=link.gate,
            retry=_retry_policy(),
            system=request.system or "",
        )
        stack.callback(chat.close)
        chat.connect(report)
        return chat, model

    def _link(self, backend: Backend | None, report: Report, stack: ExitStack) -> "Link":
        from app.core.embedded import EmbeddedBackend
        from app.privacy.gate import PrivacyGate
        from app.privacy.ledger import Ledger

        ledger = Ledger(self._folder.ledger)
        gate = PrivacyGate(ledger)
        stack.callback(gate.close)
        self._tell(ledger.notice)
        if backend is not None:
            return Link(gate, backend, None)
        embedded = EmbeddedBackend(
            self._folder.models / BUILT_IN_MODEL,
            log=self._folder.logs / "backend.log",
            kernels=self._folder.root / "kernels",
        )
        stack.callback(embedded.stop)
        return Link(gate, embedded.start(report), embedded)

    def _model(self, link: "Link", model_id: str | None, report: Report) -> tuple[ModelInfo, "DevicePack"]:
        """The chosen model (None: the backend's first), with its device pack fetched, checked and installed."""
        from app.device.pack import DevicePack, install_pack, installed_sha256
        from app.net.control import ControlClient

        control = ControlClient(link.backend, link.gate)
        try:
            report("Asking the backend for its models.")
            model = _choose(control.list_models(), model_id)
            folder = self._folder.packs / model.pack_sha256[:16]
            if installed_sha256(folder) == model.pack_sha256:
                return model, DevicePack(folder)
            archive = folder.with_suffix(".zip")

            def tell(done: int, total: int) -> None:
                report(f"Fetching the device's part of the model: {done / 1e6:.0f} of {total / 1e6:.0f} MB.")

            control.download_pack(model, archive, _at_most_every(0.25, tell))
            report("Checking and installing the device's part of the model.")
            try:
                return model, install_pack(archive, folder, model.pack_sha256)
            finally:
                archive.unlink(missing_ok=True)
        finally:
            control.close()


class Link:
    """The way to one backend: the gate, and the address, which changes when the built-in backend is started anew."""

    def __init__(self, gate: "PrivacyGate", backend: Backend, embedded: "EmbeddedBackend | None") -> None:
        self.gate = gate
        self.backend = backend
        self._embedded = embedded
        self._allow(backend)

    def open_channel(self, is_cancelled: Callable[[], bool] = lambda: False) -> "DataChannel":
        """A channel, not connected yet; the built-in backend is started anew where it has died.

        Raises BackendError where it cannot be started, Cancelled where `is_cancelled` says so meanwhile.
        """
        from app.net.channel import DataChannel

        if self._embedded is not None:
            backend = self._embedded.start(is_cancelled=is_cancelled)
            if backend != self.backend:
                self.gate.disallow(_address(self.backend).name)
                self._allow(backend)
        return DataChannel(self.backend, self.gate)

    def _allow(self, backend: Backend) -> None:
        self.backend = backend
        address = _address(backend)
        self.gate.allow(address.name, address.path)


def _address(backend: Backend) -> "Address":
    from app.net.address import parse_url

    return parse_url(backend.url)


def _near_half(pack: "DevicePack", adapter: "Adapter | None") -> "NearHalf":
    from app.device.near_half import NearHalf
    from app.device.threads import use_threads

    use_threads(DEVICE_THREADS)
    return NearHalf(pack, adapter)


def _retry_policy() -> "RetryPolicy":
    from app.core.session import RetryPolicy
    from app.net.retry import delays_s

    return RetryPolicy(delays_s)


def _step_ms(link: "Link", model: ModelInfo, near: "NearHalf", report: Report) -> float:
    from app.core.measurement import median_step_ms
    from app.core.session import RemoteSession

    session = RemoteSession(near, model, link.open_channel, _retry_policy(), report, lambda: None, Purpose.MEASURE)
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


def _start_logging(folder: DataFolder) -> None:
    """A bounded log in the data folder. It never holds text, tokens or keys (tests/privacy/test_canary.py)."""
    handler = logging.handlers.RotatingFileHandler(
        folder.logs / "app.log", maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("httpx").setLevel(logging.WARNING)


def main(argv: Sequence[str] | None = None) -> int:
    """The `nearhalf` command. Returns the exit status."""
    from app.cli import run

    faulthandler.enable()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that `finally` ends the backend
    try:
        folder = data_folder().create()
        _start_logging(folder)
    except (AppError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    services = Nearhalf(folder, lambda notice: print(notice, file=sys.stderr))
    return run(sys.argv[1:] if argv is None else list(argv), services)
