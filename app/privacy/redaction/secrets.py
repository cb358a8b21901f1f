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
    r"\d{8,10}:AA[A-Za-z0-9_-]{30,40}|EAACEdEose0cBA[A-Za-z0-9]{10,300}|AGE-SECRET-KEY-1[A-Z0-9]{20,80}|"
    r"(?:AC|SK|MG)[0-9a-f]{32}|key-[0-9a-f]{32}|[0-9a-f]{32}-us\d{1,2}|sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,60}|"
    r"EAAA[A-Za-z0-9_-]{60}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|[MNO][A-Za-z\d]{23,27}\.[\w-]{6}\.[\w-]{27,40}|"
    r"dp\.(?:pt|st|ct)\.[A-Za-z0-9_.-]{30,60}|hv[sb]\.[A-Za-z0-9_-]{20,200}|dapi[a-f0-9]{32}|"
    r"lin_api_[A-Za-z0-9]{30,50}|"
    r"(?:secret|ntn)_[A-Za-z0-9]{40,60}|figd_[A-Za-z0-9_-]{30,60}|pat[A-Za-z0-9]{14}\.[a-f0-9]{64}|"
    r"PMAK-[a-f0-9-]{50,70}|"
    r"NRAK-[A-Z0-9]{27}|gl(?:sa|c)_[A-Za-z0-9_=]{30,200}|sntry[su]_[A-Za-z0-9_=+/-]{30,300}|sb[ps]_[a-z0-9]{40}|"
    r"gsk_[A-Za-z0-9]{40,60}|r8_[A-Za-z0-9]{30,45}|pplx-[A-Za-z0-9]{40,60}|xai-[A-Za-z0-9]{60,100}|"
    r"dckr_pat_[\w-]{20,40}|"
    r"GOCSPX-[A-Za-z0-9_-]{24,40}|1//0[A-Za-z0-9_-]{30,120}|[A-Za-z0-9_.-]{3}\dQ~[A-Za-z0-9_.~-]{31,36}|"
    r"EZAK[A-Za-z0-9]{50,60}|rubygems_[a-f0-9]{48}|xapp-\d-[A-Za-z0-9-]{20,120}|oy2[a-z0-9]{43}|"
    r"[5KL][1-9A-HJ-NP-Za-km-z]{50,51}|xprv[1-9A-HJ-NP-Za-km-z]{100,112}|(?:[A-Z0-9]{5}-){4}[A-Z0-9]{5}"
    r")(?![A-Za-z0-9])"
)
_PEM = re.compile(
    r"-----BEGIN (?P<name>[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?)-----.{1,20000}?(?:-----END (?P=name)-----|\Z)",
    re.DOTALL,
)
_FIELD = (
    r"(?:[a-z0-9_.-]{0,40}[_.-])?(?:api[ _-]?(?:key|token|secret)|secret(?:[ _-]?(?:key|token|access[ _-]?key))?|"
    r"access[ _-]?(?:key|token|code)(?:[ _-]?id)?|account[ _-]?key|shared[ _-]?access[ _-]?(?:key|signature)|"
    r"auth(?:entication|orization)?[ _-]?(?:token|key|code)|_?auth[ _-]?token|_auth|bearer|refresh[ _-]?token|token|"
    r"license[ _-]?key|licence[ _-]?key|product[ _-]?key|lizenzschlüssel|aktivierungs(?:code|schlüssel)|"
    r"(?:pg|mysql_|redis|sudo|ssh|db)?passwor[dt](?:er|s)?|passwd|pwd|passphrase|pass(?:code)?|pw|kennwort|kennung|"
    r"passwörter|mot de passe|mdp|contraseña|clave|wachtwoord|hasło|parola|senha|"
    r"client[ _-]?secret|private[ _-]?key|preshared[ _-]?key|psk|signing[ _-]?(?:key|secret)|encryption[ _-]?key|"
    r"webhook[ _-]?secret|credentials?|pin(?:-?code|-?nummer)?|puk|cv[vc]2?|cvc|security[ _-]?code|prüfziffer|"
    r"zugangs(?:daten|code)|schlüssel|one-time[ _-](?:code|password)|otp|2fa[ _-]code|verification[ _-]code|"
    r"bestätigungscode|sicherheitscode|türcode|door[ _-]?code|gate[ _-]?code|alarm[ _-]?code|entsperrcode|"
    r"unlock[ _-]?code|"
    r"(?:backup|recovery|login|wiederherstellungs|access|reset)[ _-]?(?:codes?|keys?|schlüssel)|wi-?fi[ _-]?key|"
    r"wlan[ _-]?(?:schlüssel|key|code)|combination)"
)
_NAMED = re.compile(
    rf"(?i)(?<![^\W_])(?P<word>{_FIELD})(?![^\W_])"
    r"(?P<joint>(?:\s(?:for|of|to|für|vom|zum|zur|von|is for|number|nummer)\s(?:[^\W_][\w-]*\s){0,4}?"
    r"(?=[:=]|is\b|lautet|ist|was))?\s*[\"']?\s*(?::=|=>|[:=]|\bis(?:\snow)?\b|\bwas\b|\blautet\b|\bist\b|\bwar\b|"
    r"\best\b|"
    r"\bes\b)\s*(?:now:?\s|jetzt:?\s|still\s|noch\s|immer\s)?|\s+(?=[\"'`]))[\"'`]?(?P<secret>[^\s\"'`,;<>]{3,200})"
)
_NUMBERED = re.compile(  # with nothing between: "PIN 4821", "CVV 737", "code 8841-2290"
    r"(?i)(?<![^\W_])(?:pin|puk|cv[vc]2?|tan|otp|passcode|(?:security|door|gate|alarm|backup|recovery|verification|"
    r"unlock)"
    r" codes?|türcode|sicherheitscode)(?:\s(?:number|nr\.?))?\s(?P<secret>\d[\d -]{1,10}\d|"
    r"[A-Za-z0-9-]*\d[A-Za-z0-9-]{3,24})"
    r"(?![\w.])"
)
_LISTED = re.compile(r"[,;]?\s(?:(?:and|or|und|oder)\s)?(?P<secret>(?=\S{0,8}\d)[A-Za-z0-9-]{6,40})(?=[,;.\s]|$)")
_FLAG = re.compile(
    r"(?<!\S)(?:(?P<glued>-p(?!\d{1,5}(?:\s|:|$)|[a-z]{1,12}(?:\s|$))[^\s\"'-][^\s\"']{3,64})|"
    r"(?:-u|--user|--proxy-user)[ =][\"']?[^\s:\"']{1,64}:(?P<user>[^\s\"'@]{3,100})|"
    r"--(?:password|passwd|pass|token|secret|api-?key|access-token|auth)[ =][\"']?(?P<long>[^\s\"'<$-][^\s\"']{3,200})|"
    r"-a[ ](?P<redis>(?=\S*\d)[^\s\"']{8,64}))"
)
_PASSWORD_USERS = re.compile(r"\b(?:mysql\w*|mariadb\w*|mongo\w*|sshpass|7z|zip|unrar|docker login|redis-cli)\b[^\n]*$")
_LOGIN = re.compile(
    r"(?i)\b(?:login|log ?in|credentials?|zugang(?:sdaten)?|anmelde?daten|user(?:name)?|benutzer(?:name)?|"
    r"account)\b[^\n:]{0,20}:?\s"
    r"[\w.@+-]{2,64}\s?(?:/|:|\||,? (?:and|und|with|mit))\s?(?P<secret>(?=\S*[\d!#$%&*+=?@^_~-])[^\s,;]{6,64})"
)
_PHRASE = re.compile(
    r"(?i)\b(?:seed|recovery|secret|mnemonic|backup|wallet|wiederherstellungs)[ -]?(?:phrase|words|wörter|satz)\b"
    r"(?:\s*(?:is|are|ist|lautet|sind|:|=|"
    r"\())*\s*[\"']?(?P<secret>(?:\d{1,2}[.)]\s)?[a-z]{3,8}(?:[\s,]+(?:\d{1,2}[.)]\s)?[a-z]{3,8}){11,23})"
)
_UUID = re.compile(r"(?i)\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?")
_KEY_WORDS = re.compile(
    r"(?i)(?<![a-z])(?:api|key|secret|token|auth\w*|bearer|passw\w*|credential\w*|schlüssel|heroku|tenant|client|"
    r"license|"
    r"licence|wallet|private)(?![a-z])"
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
    yield from _typed(text)
    for found in spans_of(_RUN, text, Kind.KEY):
        core = found.text.strip("=-_/+")
        words = re.split(r"[-_/+]", core)
        is_sum = _is_sum(core, text, found.start)
        if looks_random(core) and max(map(len, words)) >= 12 and not is_sum and not _is_in_url(text, found.start):
            yield found


def _is_sum(core: str, text: str, start: int) -> bool:
    """A checksum, a commit or an object's id: of their length, and nothing before it calls it a key."""
    is_hash = _HEX.fullmatch(core) is not None and len(core) in (32, 40, 56, 64, 96, 128)
    if is_hash or _UUID.fullmatch(core) is not None:
        is_called = re.search(rf"{_SUM_WORDS.pattern}\W{{0,4}}$", text[max(start - 24, 0) : start]) is not None
        return is_called or not follows(text, start, _KEY_WORDS)
    return _HEX.fullmatch(core) is not None and follows(text, start, _SUM_WORDS)


def _named(text: str) -> Iterator[Span]:
    for match in _NAMED.finditer(text):
        secret = match.group("secret").rstrip(".!?)]}")
        start = match.start("secret")
        joint = match.group("joint")
        is_plain = re.search(r"[:=]|[\"'`]", joint + text[start - 1]) is None
        if _PLACEHOLDER.match(secret) or len(secret) < 3 or "://" in secret or _is_in_url(text, start):
            continue
        if secret.isdecimal() and re.search(r"(?i)token$|credentials?$", match.group("word")):
            continue  # "max_token: 4096"
        if _is_secret(secret) or (not is_plain and len(secret) >= 6) or re.fullmatch(r"\d{3,12}", secret):
            yield Span(start, start + len(secret), Kind.KEY, secret)
            yield from _listed(text, start + len(secret))


def _typed(text: str) -> Iterator[Span]:
    """Where no word stands right before it: on a command line, behind a user's name, in a list, as a phrase."""
    for match in _NUMBERED.finditer(text):
        yield Span(*match.span("secret"), Kind.KEY, match.group("secret"))
        yield from _listed(text, match.end())
    for match in _FLAG.finditer(text):
        part = str(match.lastgroup)
        if part in ("glued", "redis") and not _PASSWORD_USERS.search(text[max(match.start() - 200, 0) : match.start()]):
            continue
        if not _PLACEHOLDER.match(match.group(part)):
            yield Span(*match.span(part), Kind.KEY, match.group(part))
    for pattern in (_LOGIN, _PHRASE):
        yield from spans_of(pattern, text, Kind.KEY, "secret")


def _listed(text: str, end: int) -> Iterator[Span]:
    """Further codes behind the first: "8f3k-92ld, 77dm-1xkc"."""
    while (further := _LISTED.match(text, end)) is not None and _is_code(further.group("secret")):
        yield Span(*further.span("secret"), Kind.KEY, further.group("secret"))
        end = further.end()


def _is_code(text: str) -> bool:
    has_alpha, digits = any(sign.isalpha() for sign in text), sum(sign.isdecimal() for sign in text)
    return digits >= 2 and (has_alpha or digits >= 6) and not re.fullmatch(r"\d{1,4}(?:-\d{1,2}){2}", text)


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
