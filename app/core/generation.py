"""One reply: send what the cache does not hold yet, then sample, decode and send one token at a time.

Knows nothing of chats or windows: tokens in, text and numbers out. Runs on the generation thread.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.core.events import EndReason
from app.core.ports import NearHalf, Tokens
from app.core.session import RemoteSession
from app.device.stop import StopStrings
from app.domain.errors import ContextFull
from app.domain.ids import MessageId
from app.domain.sampling import SamplingSettings


@dataclass(slots=True)
class Reply:
    """A reply as it grows; whoever holds it keeps what was made, however generation ends. Times in seconds."""

    message: MessageId
    prompt_total: int = 0  # positions that had to be sent before the first token
    prompt_sent: int = 0
    tokens: list[int] = field(default_factory=list)
    text: str = ""
    asked_at_s: float = field(default_factory=time.monotonic)
    first_token_s: float = 0.0  # from asking to the first token
    decode_s: float = 0.0  # from the first token to the last


def generate(
    session: RemoteSession,
    near: NearHalf,
    tokenizer: Tokens,
    prompt: Sequence[int],
    settings: SamplingSettings,
    reply: Reply,
    on_text: Callable[[str], None],
    on_progress: Callable[[], None],
) -> EndReason:
    """Generate into `reply`. `on_text` gets text that is final; `on_progress` is called after each step.

    Raises Cancelled, ContextFull where the prompt itself does not fit, and what RemoteSession.extend raises.
    """
    state = _send_prompt(session, prompt, reply, on_progress)
    sampler = near.sampler(settings)
    decoder = tokenizer.reply_decoder()
    stops = StopStrings(settings.stop)
    context = list(prompt)
    reason: EndReason | None = None

    def show(text: str) -> None:
        if text:
            reply.text += text
            on_text(text)

    while reason is None:
        token = near.next_token(state, sampler, context)
        now_s = time.monotonic() - reply.asked_at_s
        if not reply.tokens:
            reply.first_token_s = now_s
        reply.decode_s = now_s - reply.first_token_s
        reply.tokens.append(token)
        context.append(token)
        if token in tokenizer.eos_ids:
            reason = EndReason.END_OF_TEXT
            break
        show(stops.add(decoder.add(token)))
        if stops.met:
            return EndReason.STOP_STRING
        if len(reply.tokens) >= settings.max_tokens:
            reason = EndReason.MAX_TOKENS
        elif len(session.tokens) >= session.positions:
            reason = EndReason.CONTEXT_FULL
        else:
            on_progress()
            state = session.extend([token], reply.message, want_last=True)
    show(stops.add(decoder.finish()))
    if stops.met:
        return EndReason.STOP_STRING
    show(stops.finish())
    return reason


def _send_prompt(session: RemoteSession, prompt: Sequence[int], reply: Reply, on_progress: Callable[[], None]) -> bytes:
    """Bring the cache to `prompt`, sending only what it does not hold; return the last hidden state.

    Raises ContextFull, with nothing sent, where no position would be left for the reply's first token.
    """
    if len(prompt) >= session.positions:
        raise ContextFull(
            f"This chat has {len(prompt)} tokens: the model's context of {session.positions} has no room for a reply.",
            "Start a new chat, or edit an earlier message to make it shorter.",
        )
    held = min(shared_prefix(session.tokens, prompt), len(prompt) - 1)  # the last one is sent again for its state
    session.crop(held)
    reply.prompt_total = len(prompt) - held
    state = b""
    while held < len(prompt):
        end = min(held + session.max_rows, len(prompt))
        state = session.extend(prompt[held:end], reply.message, want_last=end == len(prompt))
        reply.prompt_sent += end - held
        held = end
        on_progress()
    return state


def shared_prefix(held: Sequence[int], wanted: Sequence[int]) -> int:
    """How many leading tokens two sequences share."""
    for count, (a, b) in enumerate(zip(held, wanted, strict=False)):
        if a != b:
            return count
    return min(len(held), len(wanted))
