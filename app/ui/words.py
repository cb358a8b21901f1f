"""Sentences about numbers, for the live line, the composer and the foot of a reply. DESIGN.md section 6 decides what
may be said."""

from datetime import date, datetime, timedelta

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from app.core.events import EndReason, LinkState, Message, Traffic
from app.domain.conversation import AdapterUse, ChatInfo, Estimate

FULL_STRENGTH = 100  # percent

translate = QCoreApplication.translate


def locale() -> QLocale:
    """How numbers and dates are written: as in the words, which are English until a translation sets the default."""
    default = QLocale()
    if default.language() == QLocale.Language.C:
        return QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)
    return default


def counted(number: int, one: str, many: str) -> str:
    """`one` for 1, else `many` with %n; both are translated by the caller."""
    return one if number == 1 else many.replace("%n", locale().toString(number))


def number(value: int) -> str:
    return locale().toString(value)


def size(count: int) -> str:
    """Bytes in decimal units, as networks count: 63 kB, 1.2 MB."""
    if count < 1000:
        return counted(count, translate("words", "1 byte"), translate("words", "%n bytes"))
    value, unit = (
        (count / 1000, translate("words", "kB")) if count < 999_500 else (count / 1_000_000, translate("words", "MB"))
    )
    digits = 1 if value < 10 else 0
    return f"{locale().toString(value, 'f', digits)} {unit}"


def tokens_words(count: int) -> str:
    return counted(count, translate("words", "1 token"), translate("words", "%n tokens"))


def speed(traffic: Traffic) -> str:
    """Empty while there is nothing to divide."""
    rate = traffic.tokens_per_s
    return (
        translate("words", "{rate} tokens/s").format(rate=locale().toString(rate, "f", 0 if rate >= 10 else 1))
        if rate
        else ""
    )


def traffic_sentence(traffic: Traffic) -> str:
    """Sent 37 frames, 63 kB up, 48 kB down, 1 round trip a token, 52 tokens/s"""
    parts = [
        counted(traffic.frames_up, translate("words", "Sent 1 frame"), translate("words", "Sent %n frames")),
        translate("words", "{size} up").format(size=size(traffic.bytes_up)),
        translate("words", "{size} down").format(size=size(traffic.bytes_down)),
    ]
    if traffic.tokens:
        parts.append(
            counted(
                traffic.round_trips_per_token,
                translate("words", "1 round trip a token"),
                translate("words", "%n round trips a token"),
            )
        )
    return ", ".join(part for part in (*parts, speed(traffic)) if part)


def reply_facts(message: Message) -> str:
    """The foot of a reply: why it ended, how long it is, how fast it came, what it sent and received."""
    if message.traffic is None:
        return end_words(message.end)
    traffic = message.traffic
    parts = [
        adapter_words(message.adapter),
        end_words(message.end),
        tokens_words(traffic.tokens) if traffic.tokens else "",
        speed(traffic),
        first_token_words(traffic),
        translate("words", "{up} up, {down} down").format(up=size(traffic.bytes_up), down=size(traffic.bytes_down)),
    ]
    return "  ·  ".join(part for part in parts if part)


def adapter_words(use: AdapterUse | None) -> str:
    """What a reply was made with; nothing where that was the model alone."""
    if use is None:
        return ""
    name = use.name or use.file
    if use.strength == FULL_STRENGTH:
        return name
    return translate("words", "{adapter} at {strength} %").format(adapter=name, strength=use.strength)


def first_token_words(traffic: Traffic) -> str:
    if not traffic.first_token_s:
        return ""
    return translate("words", "first word after {seconds} s").format(
        seconds=locale().toString(traffic.first_token_s, "f", 1)
    )


def end_words(reason: EndReason | None) -> str:
    """Nothing for the ordinary end. None: the app ended while the reply was written."""
    if reason is None:
        return translate("words", "Interrupted")
    return {
        EndReason.STOPPED: translate("words", "Stopped"),
        EndReason.MAX_TOKENS: translate("words", "Cut at the length limit"),
        EndReason.CONTEXT_FULL: translate("words", "Ended: the context is full"),
        EndReason.FAILED: translate("words", "Broken off"),
    }.get(reason, "")


def link_words(state: LinkState) -> str:
    return {
        LinkState.STARTING: translate("words", "Starting"),
        LinkState.READY: translate("words", "Ready"),
        LinkState.WORKING: translate("words", "Replying"),
        LinkState.RECONNECTING: translate("words", "Reconnecting"),
        LinkState.OFFLINE: translate("words", "Offline"),
    }[state]


def estimate_sentence(estimate: Estimate) -> str:
    """37 tokens, about 42 kB of activations, to localhost"""
    return translate("words", "{tokens}, about {size} of activations, to {host}").format(
        tokens=tokens_words(estimate.new_tokens), size=size(estimate.bytes_up), host=estimate.host
    )


def meter_words(estimate: Estimate) -> str:
    """1,204 of 8,192 tokens"""
    return translate("words", "{used} of {limit} tokens").format(
        used=number(estimate.total_tokens), limit=number(estimate.limit)
    )


def leaves_sentence(backend_name: str, is_on_this_computer: bool) -> str:
    """What just left, in words that hold whoever reads the wire."""
    if is_on_this_computer:
        return translate(
            "words", "0 bytes of text left this computer. The numbers went to a backend that runs on it too."
        )
    return translate(
        "words", "0 bytes of text left this computer, but whoever runs {backend} could rebuild it from the numbers."
    ).format(backend=backend_name)


def leaves_explained(is_on_this_computer: bool) -> str:
    if is_on_this_computer:
        return translate(
            "words", "Whoever runs a backend could rebuild your text from the numbers. This one runs here: that is you."
        )
    return translate(
        "words",
        "Whoever runs the backend and records what it gets could rebuild your text from it. "
        "Use one that you trust, or your own.",
    )


def chat_title(info: ChatInfo) -> str:
    """What a chat is called in the list and above it, also before it has a title."""
    if info.title:
        return info.title
    return translate("words", "Temporary chat") if info.is_temporary else translate("words", "New chat")


def day_words(changed_at_ms: int, today: date) -> tuple[str, int]:
    """The heading that a chat of that time stands under, and the earliest time (ms) that it holds for."""
    day = datetime.fromtimestamp(changed_at_ms / 1000).astimezone().date()
    for days, words in (
        (0, translate("words", "Today")),
        (1, translate("words", "Yesterday")),
        (7, translate("words", "Previous 7 days")),
        (30, translate("words", "Previous 30 days")),
    ):
        first = today - timedelta(days)
        if day >= first:
            return words, _start_ms(first)
    month = day.replace(day=1)
    return locale().toString(QDate(month.year, month.month, 1), "MMMM yyyy"), _start_ms(month)


def _start_ms(day: date) -> int:
    return round(datetime(day.year, day.month, day.day).astimezone().timestamp() * 1000)
