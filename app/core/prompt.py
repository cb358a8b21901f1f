"""What the model is given of a chat: messages as (role, text) turns, attachments as text. Pure.

The text of a message, exactly: each attachment as a fenced block whose info string is its name, a blank line after it;
then the message's own text. The fence is made of backticks, three or as many more as it takes to be longer than any run
of them inside. For example, with the attachment notes.txt:

    ```notes.txt
    first line
    ```

    What do these notes say?
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.conversation import Attachment, Message, Role

BETWEEN = "\n\n"  # between blocks, and between messages that become one


@dataclass(frozen=True, slots=True)
class Prompt:
    """(role, text) turns, and for some the exact ids that the model made: place in `turns` -> ids."""

    turns: list[tuple[str, str]] = field(default_factory=list)
    replies: dict[int, list[int]] = field(default_factory=dict)


def prompt_text(message: Message) -> str:
    """What the model reads of one message."""
    blocks = [_fenced(attachment) for attachment in message.attachments]
    return BETWEEN.join([*blocks, message.text] if message.text or not blocks else blocks)


def prompt_of(branch: Sequence[Message], system: str, model_id: str, eos_ids: frozenset[int]) -> Prompt:
    """The turns of a branch.

    System messages stand first, as one: the chat's own (`system`), else those of the branch (an import has them).
    Messages of one role with nothing between them (a reply that was stopped before its first token, or failed) become
    one, a blank line apart: many chat templates refuse roles that do not alternate. Ids of a reply count only for the
    model that made it.
    """
    prompt = Prompt()
    system = system or BETWEEN.join(message.text for message in branch if message.role is Role.SYSTEM)
    if system:
        prompt.turns.append((Role.SYSTEM.value, system))
    for message in branch:
        if message.role is Role.SYSTEM:
            continue
        place = len(prompt.turns)
        _put(prompt.turns, message)
        if len(prompt.turns) == place:
            prompt.replies.pop(place - 1, None)
        elif message.tokens and message.model_id == model_id:
            prompt.replies[place] = [token for token in message.tokens if token not in eos_ids]
    return prompt


def with_draft(prompt: Prompt, message: Message) -> Prompt:
    """As `prompt_of` the same branch with this message of the person behind it."""
    turns = list(prompt.turns)
    _put(turns, message)
    return Prompt(turns, prompt.replies)


def _put(turns: list[tuple[str, str]], message: Message) -> None:
    role = message.role.value
    if turns and turns[-1][0] == role:
        turns[-1] = (role, f"{turns[-1][1]}{BETWEEN}{prompt_text(message)}")
    else:
        turns.append((role, prompt_text(message)))


def _fenced(attachment: Attachment) -> str:
    longest = max((len(run) for run in re.findall(r"`+", attachment.text)), default=0)
    fence = "`" * max(3, longest + 1)
    name = " ".join(attachment.name.replace("`", "'").split())
    end = "" if attachment.text.endswith("\n") else "\n"
    return f"{fence}{name}\n{attachment.text}{end}{fence}"
