"""The words of `nearhalf audit canary`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.cli.audit_arguments import MakeCommand

_EXAMPLES = """\
examples:
  nearhalf audit canary
  nearhalf audit canary --out report.html --json-out report.json
  sudo tcpdump -i lo -s 0 -B 65536 --immediate-mode -U -w canary.pcap   (in another terminal, then:)
  nearhalf audit canary --pcap canary.pcap

Makes up a sentence, a name and a number, chats with them as any chat goes, then searches everything that was sent, and
every file in the data folder, for them in every form known to it. With --pcap, also what your own recorder writes to
that file meanwhile, which is compared with the ledger too. Exit status: 0 nothing found, 1 something found, or the
search failed its own test.
"""


def add_canary(actions: "argparse._SubParsersAction[argparse.ArgumentParser]", make: "MakeCommand") -> None:
    canary = make(actions, "canary", "Plant secrets, chat, and search what left for them.", _EXAMPLES)
    canary.add_argument(
        "--out", metavar="FILE", default="nearhalf-canary.html", help="the report (default: %(default)s)"
    )
    canary.add_argument("--json-out", metavar="FILE", help="the same as JSON")
    canary.add_argument("--pcap", metavar="FILE", help="what your recorder is writing meanwhile (pcap, pcapng)")
    canary.add_argument("--keylog", metavar="FILE", help="write this chat's TLS keys there, to look into the capture")
    canary.add_argument("--backend", metavar="NAME|URL", help="where the layers run (default: the built-in backend)")
    canary.add_argument("--token-file", metavar="FILE", help="with a URL: the token (default: $NEARHALF_TOKEN)")
    canary.add_argument("--ca-file", metavar="FILE", help="with a URL: PEM certificate to trust for it")
    canary.add_argument("--model", metavar="ID", help="one of the backend's models (default: its first)")
    canary.add_argument("--adapter", metavar="NAME|FILE", help="your adapter; it stays on this computer")
    canary.add_argument("--max-tokens", type=int, default=24, metavar="N", help="of the reply (default: 24)")
