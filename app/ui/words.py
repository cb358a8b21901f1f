"""Sentences about numbers, for the live line and the foot of a reply. DESIGN.md section 6 decides what may be said."""

from PySide6.QtCore import QCoreApplication, QLocale

from app.core.events import EndReason, LinkState, Traffic

LOCALE = QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)  # of the words: they are English so far


def tr(text: str, number: int = -1) -> str:
    return QCoreApplication.translate("words", text, None, number)


def counted(number: int, one: str, many: str) -> str:
    """`one` for 1, else `many` with %n; both are translated by the caller."""
    return one if number == 1 else many.replace("%n", LOCALE.toString(number))


def number(value: int) -> str:
    return LOCALE.toString(value)


def size(count: int) -> str:
    """Bytes in decimal units, as networks count: 63 kB, 1.2 MB."""
    if count < 1000:
        return counted(count, tr("1 byte"), tr("%n bytes"))
    value, unit = (count / 1000, tr("kB")) if count < 999_500 else (count / 1_000_000, tr("MB"))
    digits = 1 if value < 10 else 0
    return f"{LOCALE.toString(value, 'f', digits)} {unit}"


def speed(traffic: Traffic) -> str:
    """Empty while there is nothing to divide."""
    rate = traffic.tokens_per_s
    return tr("{rate} tokens/s").format(rate=LOCALE.toString(rate, "f", 0 if rate >= 10 else 1)) if rate else ""


def traffic_sentence(traffic: Traffic) -> str:
    """Sent 37 frames, 63 kB up, 48 kB down, 1 round trip a token, 52 tokens/s"""
    parts = [
        counted(traffic.frames_up, tr("Sent 1 frame"), tr("Sent %n frames")),
        tr("{size} up").format(size=size(traffic.bytes_up)),
        tr("{size} down").format(size=size(traffic.bytes_down)),
    ]
    if traffic.tokens:
        parts.append(counted(traffic.round_trips_per_token, tr("1 round trip a token"), tr("%n round trips a token")))
    return ", ".join(part for part in (*parts, speed(traffic)) if part)


def reply_facts(reason: EndReason, traffic: Traffic) -> str:
    """The foot of a reply: why it ended, how long it is, how fast it came."""
    parts = [
        end_words(reason),
        counted(traffic.tokens, tr("1 token"), tr("%n tokens")) if traffic.tokens else "",
        speed(traffic),
        first_token_words(traffic),
    ]
    return "  ·  ".join(part for part in parts if part)


def first_token_words(traffic: Traffic) -> str:
    if not traffic.first_token_s:
        return ""
    return tr("first word after {seconds} s").format(seconds=LOCALE.toString(traffic.first_token_s, "f", 1))


def end_words(reason: EndReason) -> str:
    """Nothing for the ordinary end."""
    return {
        EndReason.STOPPED: tr("Stopped"),
        EndReason.MAX_TOKENS: tr("Cut at the length limit"),
        EndReason.CONTEXT_FULL: tr("Ended: the context is full"),
        EndReason.FAILED: tr("Broken off"),
    }.get(reason, "")


def link_words(state: LinkState) -> str:
    return {
        LinkState.STARTING: tr("Starting"),
        LinkState.READY: tr("Ready"),
        LinkState.WORKING: tr("Replying"),
        LinkState.RECONNECTING: tr("Reconnecting"),
        LinkState.OFFLINE: tr("Offline"),
    }[state]


def leaves_sentence(backend_name: str, is_on_this_computer: bool) -> str:
    """What just left, in words that hold whoever reads the wire."""
    if is_on_this_computer:
        return tr("0 bytes of text left this computer. The numbers went to a backend that runs on it too.")
    return tr(
        "0 bytes of text left this computer, but whoever runs {backend} could rebuild it from the numbers."
    ).format(backend=backend_name)


def leaves_explained(is_on_this_computer: bool) -> str:
    if is_on_this_computer:
        return tr("Whoever runs a backend could rebuild your text from the numbers. This one runs here: that is you.")
    return tr(
        "Whoever runs the backend and records what it gets could rebuild your text from it. "
        "Use one that you trust, or your own."
    )
