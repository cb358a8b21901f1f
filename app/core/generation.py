"""One reply: send what the cache does not hold yet, then sample, decode and send one token at a time.

A reply that was cut goes on where it was: its tokens follow the prompt as they are, with the arithmetic they were made
with, so a greedy reply becomes what it would have been uncut (where the cache was lost meanwhile: up to the rounding of
the prompt's own steps). A seed begins anew: the same cut reply goes on the same way each time, but not as it would have
gone on uncut. Knows nothing of chats or windows: tokens in, text and numbers out. Runs on the generation thread.
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
    earlier: int = 0  # tokens that it had before: it is continued
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
    """Generate into `reply`, at most `settings.max_tokens` more tokens. `on_text` gets final text; `on_progress` is
    called after each step. A reply with tokens goes on: its text must be how theirs begins.

    Raises Cancelled, ContextFull where the prompt itself does not fit, and what RemoteSession.extend raises.
    """
    earlier = tuple(reply.tokens)
    reply.earlier = len(earlier)
    state = _send_prompt(session, prompt, earlier, reply, on_progress)
    sampler = near.sampler(settings, len(earlier))
    decoder = tokenizer.reply_decoder()
    stops = StopStrings(settings.stop)
    context = [*prompt, *earlier]
    reason: EndReason | None = None

    def show(text: str) -> bool:
        """Whether a stop string has been met."""
        certain = stops.add(text)
        if certain:
            reply.text += certain
            on_text(certain)
        return stops.met

    said = "".join(map(decoder.add, earlier))
    if show(said[len(reply.text) :]):  # what was held back when the reply was cut
        return EndReason.STOP_STRING
    while reason is None:
        token = near.next_token(state, sampler, context)
        now_s = time.monotonic() - reply.asked_at_s
        if len(reply.tokens) == reply.earlier:
            reply.first_token_s = now_s
        reply.decode_s = now_s - reply.first_token_s
        reply.tokens.append(token)
        context.append(token)
        if token in tokenizer.eos_ids:
            reason = EndReason.END_OF_TEXT
            break
        if show(decoder.add(token)):
            return EndReason.STOP_STRING
        if len(reply.tokens) - reply.earlier >= settings.max_tokens:
            reason = EndReason.MAX_TOKENS
        elif len(session.tokens) >= session.positions:
            reason = EndReason.CONTEXT_FULL
        else:
            on_progress()
            state = session.extend([token], reply.message, want_last=True)
    if show(decoder.finish()):
        return EndReason.STOP_STRING
    if rest := stops.finish():
        reply.text += rest
        on_text(rest)
    return reason


def _send_prompt(
    session: RemoteSession,
    prompt: Sequence[int],
    earlier: Sequence[int],
    reply: Reply,
    on_progress: Callable[[], None],
) -> bytes:
    """Bring the cache to `prompt` and the reply's `earlier` tokens, sending only what it does not hold; return the last
    hidden state. Raises ContextFull, with nothing sent, where no position would be left for the reply's next token.
    """
    wanted = [*prompt, *earlier]
    if len(wanted) >= session.positions:
        raise ContextFull(
            f"This chat has {len(wanted)} tokens: the model's context of {session.positions} has no room for a reply.",
            "Start a new chat, or edit an earlier message to make it shorter.",
        )
    held = min(shared_prefix(session.tokens, wanted), len(wanted) - 1)  # the last one is sent again for its state
    session.crop(held)
    reply.prompt_total = len(wanted) - held
    state = b""
    while held < len(wanted):
        rowwise = held >= len(prompt)
        end = min(held + session.max_rows, len(wanted) if rowwise else len(prompt))
        state = session.extend(wanted[held:end], reply.message, want_last=end == len(wanted), rowwise=rowwise)
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
