"""What an attack is, the registry, and running them all (docs/recovery.md says how to add one).

An attack sees the recording and the public weights, as an operator does, and never the real text: `run_all` sets that
beside what was rebuilt afterwards. Words on screen follow DESIGN.md section 6.
"""

import importlib
import pkgutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np

from app.domain.errors import AppError, Cancelled
from app.privacy.recovery.comparison import Share, SpanCheck, check_spans, share_of
from app.privacy.recovery.recording import Recording
from app.privacy.recovery.weights import PublicWeights

Progress = Callable[[float], None]  # the share done, 0 to 1; raises Cancelled once the person has stopped it
Tell = Callable[[str, float], None]  # an attack's title and the share of it that is done; raises Cancelled likewise
Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]

MESSAGE, REPLY = "message", "reply"  # parts of a real text


class CannotRecover(AppError):
    """This attack has nothing to work on: why, in words. No fault of anybody's."""


@dataclass(frozen=True, slots=True)
class Real:
    """What was really written. `replaced`: (real span, stand-in) pairs of a redacted message."""

    message: str = ""
    reply: str = ""
    replaced: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Recovery:
    """What one attack got. `tokens` and `rebuilt` are what it rebuilt of the parts in `rebuilds`.

    share: of the words (the message's, else the reply's); an attack on numbers has its own meaning for it, in `words`,
    or None. shares: of each part of the real text. details: (what, value) lines for a table. data: for a program.
    """

    attack: str
    title: str
    sentence: str
    share: float | None = None
    rebuilt: str = ""
    real: str | None = None
    seconds: float = 0.0
    words: str = ""
    details: tuple[tuple[str, str], ...] = ()
    data: Mapping[str, Json] = field(default_factory=dict)
    tokens: tuple[int, ...] = ()
    rebuilds: tuple[str, ...] = ()
    shares: Mapping[str, Share] = field(default_factory=dict)
    spans: SpanCheck | None = None
    is_possible: bool = True  # False: there was nothing to attack, and `words` says why


@runtime_checkable
class Attack(Protocol):
    """One attack. `name` is a word for programs, `title` a few words and `sentence` one sentence for a person.

    order: its place in a table. is_supposed: it shows what would happen if the app sent something else than it does.
    """

    name: str
    title: str
    sentence: str
    order: int
    is_supposed: bool

    def run(self, recording: Recording, weights: PublicWeights, progress: Progress) -> Recovery:
        """Raises CannotRecover where the recording holds nothing for it, ModelError, Cancelled (from `progress`)."""


_Made = TypeVar("_Made", bound=Callable[[], Attack])
_REGISTRY: dict[str, Callable[[], Attack]] = {}


def attack(made: _Made) -> _Made:
    """Class decorator: registers an attack under its `name`. It must be buildable without arguments."""
    name = made().name
    assert _REGISTRY.get(name, made).__qualname__ == made.__qualname__, f"two attacks are called {name!r}"
    _REGISTRY[name] = made
    return made


def all_attacks() -> list[Attack]:
    """One of each registered class: every file in attacks/ is read."""
    from app.privacy.recovery import attacks

    for module in pkgutil.iter_modules(attacks.__path__):
        importlib.import_module(f"{attacks.__name__}.{module.name}")
    return sorted((made() for made in _REGISTRY.values()), key=lambda one: (one.order, one.name))


def run_all(
    recording: Recording,
    weights: PublicWeights,
    real: Real | str | None = None,
    tell: Tell = lambda title, share: None,
    attacks: Sequence[Attack] | None = None,
) -> list[Recovery]:
    """Run every attack (or those given) and set what it rebuilt beside what was really written.

    An attack that fails says so in its words and the others go on. Raises Cancelled where `tell` does, and ModelError
    where the recording belongs to another model than `weights`.
    """
    check_model(recording, weights)
    wanted = Real(real) if isinstance(real, str) else real
    found: list[Recovery] = []
    for one in all_attacks() if attacks is None else attacks:
        recovery = run_one(one, recording, weights, lambda share, title=one.title: tell(title, share))  # type: ignore[misc]
        found.append(recovery if wanted is None else compared(recovery, wanted, weights))
    return found


def run_one(one: Attack, recording: Recording, weights: PublicWeights, progress: Progress) -> Recovery:
    """Run one attack and time it; what it cannot do is said in its words. Raises Cancelled."""
    started_s = time.perf_counter()
    try:
        if recording.is_empty:
            raise nothing_recorded(recording)
        with np.errstate(all="ignore"):  # what a peer sent may be no number: that breaks no attack
            recovery = one.run(recording, weights, progress)
    except Cancelled:
        raise
    except AppError as error:
        recovery = Recovery(one.name, one.title, one.sentence, words=str(error), is_possible=False)
    return replace(recovery, seconds=time.perf_counter() - started_s)


def compared(recovery: Recovery, real: Real, weights: PublicWeights) -> Recovery:
    """The same with the real text beside it, and the shares of it that were rebuilt."""
    parts = {part: text for part, text in ((MESSAGE, real.message), (REPLY, real.reply)) if text.strip()}
    wanted = {part: text for part, text in parts.items() if part in recovery.rebuilds}
    spans = check_spans(recovery.rebuilt, real.replaced) if recovery.rebuilds and real.replaced else None
    if not wanted:
        return replace(recovery, spans=spans)
    shares = {
        part: share_of(text, recovery.rebuilt, weights.text.tokens(text), recovery.tokens)
        for part, text in wanted.items()
    }
    share = next(iter(shares.values())).words
    return replace(recovery, share=share, shares=shares, real="\n".join(wanted.values()), spans=spans)


def check_model(recording: Recording, weights: PublicWeights) -> None:
    """Raises CannotRecover where the frames were made for another model."""
    opened = recording.opened
    is_other = opened is not None and opened.model_hash.hex() != weights.facts.backbone_sha256
    if is_other or any(step.frame.cols != weights.hidden_size for step in recording.steps):
        raise CannotRecover(
            f"These frames were made for another model than {weights.facts.model_id}.",
            "Choose the model that the chat used.",
        )


def nothing_recorded(recording: Recording) -> CannotRecover:
    if recording.unreadable:
        return CannotRecover(
            f"None of the {recording.unreadable} recorded contents is a whole frame.",
            "Send the message again and look at it while the app is open.",
        )
    return CannotRecover(
        "No frames of this message are kept any more.",
        "They stay in memory for a while only, and are wiped by locking: look right after sending.",
    )


def percent(share: float) -> str:
    """A share as people read it: never rounded up to 100 % nor down to 0 %."""
    if share in (0.0, 1.0):
        return f"{100 * share:.0f} %"
    return f"{min(max(100 * share, 0.1), 99.9):.1f} %"
