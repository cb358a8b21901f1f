"""The canary test: secrets made up for one run, everything that left searched for them; and the search proves itself.

The secrets are random, so that nothing can be prepared for them. Before anything is believed, each of their forms is
planted in a copy of what was searched and must be found there.
"""

import gzip
import secrets
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.audit.capture.verdict import Outcome
from app.audit.needles import Canary, Found, Needle, needles_of, search, zstd

_WORDS = (
    "heron lantern violet quarry marzipan orchard thimble copper drizzle falcon gravel harbour icicle juniper kettle "
    "lobster meadow nutmeg otter pebble quilt raven saddle tulip umbrella walnut yarrow zephyr barrel cactus dolphin "
    "ember fiddle goblet hammock ivory jigsaw kernel locket mosaic nectar oyster parsley ribbon sparrow tinder velvet "
    "willow anvil bramble cobalt dagger easel fennel granite hazel indigo jasmine krill lichen marble nickel opal plum"
)
_VERBS = "guards paints borrows follows polishes measures hides counts"
_SYLLABLES = "qui mar zel thor vey lin dax bro fen wy gal ost"
MODEL_FOLDERS = frozenset({"packs", "models", "kernels"})  # the public model's own files


@dataclass(frozen=True, slots=True)
class Searched:
    """One kind of place: what it is called, how much of it was searched, and what was found."""

    name: str
    places: int
    bytes: int
    found: tuple[Found, ...]


@dataclass(slots=True)
class CanaryVerdict:
    """What came of it. planted, noticed: of the self-test. not_searched: in words. notes: on the capture."""

    canaries: tuple[Canary, ...]
    prompt: str
    searched: list[Searched] = field(default_factory=list)
    forms: int = 0
    planted: int = 0
    noticed: int = 0
    not_searched: list[str] = field(default_factory=list)
    capture: list[str] = field(default_factory=list)
    outcome: Outcome | None = None  # of the comparison with the capture; None: there was none

    @property
    def found(self) -> list[Found]:
        return [one for place in self.searched for one in place.found]

    @property
    def is_trusted(self) -> bool:
        """The search found all that was planted for it."""
        return 0 < self.planted == self.noticed

    @property
    def is_good(self) -> bool:
        return self.is_trusted and not self.found and self.outcome in (None, Outcome.MATCHES)


def make_canaries() -> tuple[Canary, ...]:
    """A sentence, a name and a number that nobody has written before."""
    pick = secrets.choice
    words = secrets.SystemRandom().sample(_WORDS.split(), 7)
    sentence = (
        f"the {words[0]} {pick(_VERBS.split())} {words[1]} and {words[2]} while {words[3]} {pick(_VERBS.split())} "
        + " ".join(words[4:])
    )
    name = " ".join("".join(pick(_SYLLABLES.split()) for _ in range(3)).capitalize() for _ in range(2))
    number = " ".join(str(1000 + secrets.randbelow(9000)) for _ in range(4))
    return Canary("sentence", sentence), Canary("name", name), Canary("number", number)


def prompt_of(canaries: Sequence[Canary]) -> str:
    """A message that holds all of them."""
    text = {canary.kind: canary.text for canary in canaries}
    return f"I am {text['name']}, my number is {text['number']}. Repeat after me: {text['sentence']}."


def with_tokens(canary: Canary, encode: Callable[[str], Sequence[int]]) -> Canary:
    """The same with its token ids, at the start of a text and inside one."""
    ids = (tuple(encode(canary.text)), tuple(encode(f" {canary.text}")))
    return replace(canary, tokens=(*canary.tokens, *ids))


def prove_search(places: Sequence[tuple[str, bytes]], needles: Sequence[Needle]) -> tuple[int, int]:
    """Plant every needle in what was searched, bare and packed; return how many were planted, and how many found."""
    carrier = max((data for _place, data in places), key=len, default=b"")[:2048] or bytes(2048)
    planted = noticed = 0
    pack = _packers()
    for number, needle in enumerate(needles):
        at = (number * 131) % len(carrier)
        leak = carrier[:at] + pack[number % len(pack)](needle.data) + carrier[at:]
        planted += 1
        noticed += any(one.form == needle.form for one in search([("leak", leak)], [needle]))
    return planted, noticed


def _packers() -> list[Callable[[bytes], bytes]]:
    return [lambda data: data, zlib.compress, gzip.compress, lambda data: gzip.compress(zlib.compress(data))]


def look(name: str, places: Sequence[tuple[str, bytes]], needles: Sequence[Needle]) -> Searched:
    found = search(places, needles)
    return Searched(name, len(places), sum(len(data) for _place, data in places), tuple(found))


@dataclass(slots=True)
class FileSearch:
    """The files of a folder, of which the public model's own are left out and counted."""

    folder: Path
    left_out: int = 0
    left_out_bytes: int = 0

    def places(self) -> Iterator[tuple[str, bytes]]:
        for path in sorted(self.folder.rglob("*")):
            parts = path.relative_to(self.folder).parts
            try:
                if not path.is_file():
                    continue
                size = path.stat().st_size
                if parts[0] in MODEL_FOLDERS:
                    self.left_out += 1
                    self.left_out_bytes += size
                    continue
                yield "/".join(parts), "/".join(parts).encode() + b"\0" + path.read_bytes()
            except OSError:
                self.left_out += 1  # gone meanwhile, or not ours to read


def unopened() -> list[str]:
    """What this machine cannot look into, in words."""
    return [] if zstd() is not None else ["Pieces packed with zstd: this computer has nothing to open them with."]


__all__ = ["Canary", "CanaryVerdict", "Found", "Needle", "Searched", "needles_of"]
