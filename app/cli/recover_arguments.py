"""The words of `nearhalf audit recover`. Light: nothing of numpy is imported for them."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.cli.audit_arguments import MakeCommand

_EXAMPLES = """\
examples:
  nearhalf audit recover
  nearhalf audit recover "What does my doctor's letter say about my knee?" --attack embeddings --attack head
  nearhalf audit recover --backend home --adapter Letters --json
  nearhalf audit recover --attack layers --layers 8
  nearhalf audit recover --export audit.zip

Asks the model one question, then does with the frames that were sent what an operator who records them could do: with
public weights only, here, measured. Attacks: embeddings, head, adapter; and, of what the app does not do because it
would not help, noise, and layers that run here alone. Nothing of it leaves this computer but the question itself, as
any message does.
"""


def add_recover(actions: "argparse._SubParsersAction[argparse.ArgumentParser]", make: "MakeCommand") -> None:
    recover = make(actions, "recover", "Run the attacks an operator could run.", _EXAMPLES)
    recover.add_argument(
        "text", metavar="TEXT", nargs="?", type=str, help="the question to send (one of ours if left out)"
    )
    recover.add_argument("--export", metavar="FILE", help="frames of an export instead: nothing is sent")
    recover.add_argument("--attack", action="append", default=[], metavar="NAME", help="only this one; may be repeated")
    recover.add_argument("--layers", type=int, default=2, metavar="K", help="of the attack on layers (default: 2)")
    recover.add_argument("--noise", type=float, default=0.0, metavar="X", help="noise on those layers, x their length")
    recover.add_argument("--backend", metavar="NAME|URL", help="where the layers run (default: the built-in backend)")
    recover.add_argument("--token-file", metavar="FILE", help="with a URL: the token (default: $NEARHALF_TOKEN)")
    recover.add_argument("--ca-file", metavar="FILE", help="with a URL: PEM certificate to trust for it")
    recover.add_argument("--model", metavar="ID", help="one of the backend's models (default: its first)")
    recover.add_argument("--adapter", metavar="NAME|FILE", help="your adapter; it stays on this computer")
    recover.add_argument("--max-tokens", type=int, default=32, metavar="N", help="of the reply (default: 32)")
    recover.add_argument("--json", action="store_true", help="print one JSON object")
