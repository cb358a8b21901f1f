"""Keys, tokens, passwords and private keys, by their form, by the word before them, or by their entropy; and the
secret parts of URLs. The name of a field and a known beginning stay: the model sees what kind of thing it was."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from app.privacy.redaction.checks import entropy, looks_random
from app.privacy.redaction.kinds import Kind, Span
from app.privacy.redaction.rules import follows, rule, spans_of

_KNOWN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"sk-(?:proj-|ant-|live-|test-|or-)?[A-Za-z0-9_-]{16,200}|(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,100}|"
    r"gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{22,255}|glpat-[A-Za-z0-9_-]{16,64}|"
    r"(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,40}|ya29\.[A-Za-z0-9_-]{20,400}|"
    r"xox[abeprs]-[A-Za-z0-9-]{10,200}|hf_[A-Za-z0-9]{20,64}|npm_[A-Za-z0-9]{30,64}|pypi-[A-Za-z0-9_-]{16,300}|"
    r"SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}|dop_v1_[a-f0-9]{40,64}|whsec_[A-Za-z0-9]{16,64}|"
    r"eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{0,4000}|"
    r"\d{8,10}:AA[A-Za-z0-9_-]{30,40}|EAACEdEose0cBA[A-Za-z0-9]{10,300}|AGE-SECRET-KEY-1[A-Z0-9]{20,80}"
    r")(?![A-Za-z0-9])"
)
_PEM = re.compile(
    r"-----BEGIN (?P<name>[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?)-----.{1,20000}?(?:-----END (?P=name)-----|\Z)",
    re.DOTALL,
)
_NAMED = re.compile(
    r"(?i)(?<![a-z])(?:api[ _-]?key|secret(?:[ _-]?key)?|access[ _-]?(?:key|token)(?:[ _-]?id)?|auth[ _-]?token|bearer|"
    r"token|passwor[dt]|passwd|pwd|passphrase|kennwort|client[ _-]?secret|private[ _-]?key|credential|pin|"
    r"zugangsdaten|schlüssel|one-time code|wifi key|wlan[ -]?schlüssel)(?![a-z])"
    r"(?P<joint>\s*[\"']?\s*(?::=|=>|[:=]|\bis\b|\blautet\b|\bist\b)\s*|"
    r"\s+(?=[\"'`]))[\"'`]?(?P<secret>[^\s\"'`,;<>]{4,200})"
)
_BEARER = re.compile(r"(?i)\b(?:authorization:\s*)?(?:bearer|basic)\s+(?P<secret>[A-Za-z0-9+/=._~-]{12,4000})")
_RUN = re.compile(r"(?<![A-Za-z0-9+/_=.-])[A-Za-z0-9+/_-]{20,512}={0,2}(?![A-Za-z0-9+/_-])")
_URL = re.compile(r"(?i)\b[a-z][a-z0-9+.-]{1,20}://[^\s<>\"'`\u201c\u201d]{3,4000}")
_SECRET_FIELD = re.compile(
    r"(?i)[?&#;](?:[a-z_.-]{0,24}(?:token|key|secret|sig(?:nature)?|passw(?:or)?d|pwd|pass|auth|code|"
    r"session(?:id)?|sid|"
    r"jwt|credential|hash|invite|otp|nonce|ticket|sas)[a-z_.-]{0,12}|k|t|s)=(?P<secret>[^&#;\s]{4,2000})"
)
_USER = re.compile(r"(?i)^[a-z][a-z0-9+.-]{1,20}://[^/@\s:]{0,200}:(?P<secret>[^/@\s]{1,200})@")
_PATH_PIECE = re.compile(r"(?<=/)[A-Za-z0-9_=~-]{16,512}(?=[/?#]|$)")
_HEX = re.compile(r"[0-9a-f]{20,128}")
_SUM_WORDS = re.compile(r"(?i)\b(?:commit|sha-?\d*|md5|checksum|hash|digest|revision|fingerprint|blob|tree)\b")
_PLACEHOLDER = re.compile(
    r"(?i)^(?:x{3,}|\*{3,}|\.{3,}|<.*|\$\{.*|your[_-].*|none|null|true|false|required|string|changeme!?)$"
)


@rule(Kind.KEY)
def key(text: str) -> Iterator[Span]:
    yield from spans_of(_KNOWN, text, Kind.KEY)
    if "PRIVATE KEY" in text:
        yield from spans_of(_PEM, text, Kind.KEY)
    for found in spans_of(_BEARER, text, Kind.KEY, "secret"):
        if _is_secret(found.text):
            yield found
    yield from _named(text)
    for found in spans_of(_RUN, text, Kind.KEY):
        core = found.text.strip("=-_/+")
        words = re.split(r"[-_/+]", core)
        is_sum = _HEX.fullmatch(core) is not None and follows(text, found.start, _SUM_WORDS)
        if looks_random(core) and max(map(len, words)) >= 12 and not is_sum and not _is_in_url(text, found.start):
            yield found


def _named(text: str) -> Iterator[Span]:
    for match in _NAMED.finditer(text):
        secret = match.group("secret").rstrip(".!?)]}")
        start = match.start("secret")
        is_plain = re.search(r"[:=]|[\"'`]", match.group("joint") + text[start - 1]) is None
        if _PLACEHOLDER.match(secret) or len(secret) < 4 or "://" in secret or _is_in_url(text, start):
            continue
        if _is_secret(secret) or (not is_plain and len(secret) >= 6):
            yield Span(start, start + len(secret), Kind.KEY, secret)


def _is_secret(text: str) -> bool:
    """Not a word: it has digits or signs among its letters, or is a number."""
    has_digit, has_alpha = any(c.isdecimal() for c in text), any(c.isalpha() for c in text)
    is_code = len(text) >= 12 and text.isupper() and text.isalpha()
    has_sign = any(not c.isalnum() for c in text.strip("-'.,()"))
    is_mixed = any(c.isupper() for c in text[1:]) and any(c.islower() for c in text)
    return (
        is_code
        or (has_digit and (has_alpha or len(text) >= 4))
        or (has_sign and is_mixed)
        or (len(text) > 12 and is_mixed)
    )


def _is_in_url(text: str, start: int) -> bool:
    before = text[max(start - 2048, 0) : start]
    return "://" in re.split(r"[\s<>\"'`]", before)[-1]


@rule(Kind.URL)
def url(text: str) -> Iterator[Span]:
    if "://" not in text:
        return
    for found in spans_of(_URL, text, Kind.URL):
        address = found.text.rstrip(".,;:!?)]}'")
        for pattern in (_USER, _SECRET_FIELD):
            for match in pattern.finditer(address):
                if pattern is _USER or _is_token(unquote(match.group("secret"))):
                    start, end = match.span("secret")
                    yield Span(found.start + start, found.start + end, Kind.URL, address[start:end])
        for piece in _PATH_PIECE.finditer(address, address.find("://") + 3):
            if looks_random(piece.group()) or (len(piece.group()) >= 32 and entropy(piece.group()) > 3.2):
                yield Span(found.start + piece.start(), found.start + piece.end(), Kind.URL, piece.group())


def _is_token(value: str) -> bool:
    return len(value) >= 6 and (any(c.isdecimal() for c in value) or entropy(value) > 3.0)
