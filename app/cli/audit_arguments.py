"""The words of `nearhalf audit`: one function a command, so that each says what it does and gives an example."""

import argparse
from typing import Protocol

from app.cli.canary_arguments import add_canary
from app.cli.recover_arguments import add_recover

AUDIT = """\
examples:
  nearhalf audit export --out audit.zip
  nearhalf audit verify audit.zip
  nearhalf audit recover
  nearhalf audit canary
  nearhalf audit key
"""
_EXPORT = """\
examples:
  nearhalf audit export
  nearhalf audit export --out audit.zip --har
  nearhalf audit export --job 20261123-140512-a1b2c3

Writes what left and reached this computer, as the ledger has it: entries.jsonl, the ledger's own records, a manifest
with hosts, plan, versions and SHA-256 sums, signed with this computer's key. No text, no tokens, no bearer token.
The ledger is read while the window is open too. The key is in the encrypted history, which one process opens at a time:
close the window first, or say --unsigned. Frames are kept in the running app's memory alone: use Export in its privacy
panel to have them in the export.
"""
_VERIFY = """\
examples:
  nearhalf audit verify audit.zip
  nearhalf audit verify audit.zip --fingerprint "5647 5aa7 5463 ..." --json
  nearhalf audit verify ledger.nhl
  nearhalf audit verify audit.zip --pcap capture.pcap --keylog keys.log

Judges an export (ZIP or folder) or a bare ledger file: chain, erasures, signature, sums, and whether lines, frames and
requests say what the ledger says. Names the first bad entry of each. With --pcap, what tcpdump, dumpcap or tshark
recorded is put together and compared byte for byte: what only the wire has is named, and what only the ledger has.
Exit status: 0 all of it fits together and is signed, 1 something is wrong or was left open.
"""

_KEY = """\
example:
  nearhalf audit key

Whoever verifies an export compares this with what `audit verify` says. The key is made when it is first needed, and
kept in the encrypted history: close the window first.
"""


class MakeCommand(Protocol):
    """Adds a command whose help says what it does and gives examples (arguments.py)."""

    def __call__(
        self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str, examples: str
    ) -> argparse.ArgumentParser: ...


def add_audit(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", make: MakeCommand) -> None:
    audit = make(
        commands, "audit", "Export what left this computer, verify an export, and try the attacks on it.", AUDIT
    )
    actions = audit.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    _add_export(actions, make)
    _add_verify(actions, make)
    add_recover(actions, make)
    add_canary(actions, make)
    make(actions, "key", "Show the fingerprint of the key that signs this computer's exports.", _KEY)


def _add_export(actions: "argparse._SubParsersAction[argparse.ArgumentParser]", make: MakeCommand) -> None:
    export = make(actions, "export", "Write a signed export of the ledger.", _EXPORT)
    export.add_argument("--out", metavar="FILE", help="a ZIP, or a folder where it does not end in .zip")
    export.add_argument("--frames", action="store_true", help="only the running app has them: says how to get them")
    export.add_argument("--har", action="store_true", help="also the control channel's requests, as HAR, sanitised")
    export.add_argument("--ledger", metavar="FILE", help="another ledger file than this computer's")
    export.add_argument("--job", metavar="ID", help="the ledger of a fine-tuning; without it the others are named")
    export.add_argument("--unsigned", action="store_true", help="do not sign it: then anybody could have made it")


def _add_verify(actions: "argparse._SubParsersAction[argparse.ArgumentParser]", make: MakeCommand) -> None:
    verify = make(actions, "verify", "Judge an export or a ledger.", _VERIFY)
    verify.add_argument("export", metavar="EXPORT", help="a ZIP or folder that `audit export` wrote, or a ledger file")
    verify.add_argument("--json", action="store_true", help="print one JSON object")
    verify.add_argument("--fingerprint", default="", metavar="HEX", help="the key's, as read off that computer")
    verify.add_argument("--head", default="", metavar="HEX", help="of an older export: must still stand in the ledger")
    verify.add_argument("--unsigned", action="store_true", help="a missing signature is no reason for a bad verdict")
    verify.add_argument("--pcap", metavar="FILE", help="compare it with an independent capture (pcap, pcapng)")
    verify.add_argument("--keylog", metavar="FILE", help="TLS keys for it, as `nearhalf chat --keylog` writes them")
