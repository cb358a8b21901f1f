"""The words of `nearhalf adapter`."""

import argparse
from collections.abc import Callable

_ADAPTER = """\
examples:
  nearhalf adapter list
  nearhalf adapter show Letters
  nearhalf adapter export Letters --to letters.nha --locked
  nearhalf adapter import letters.nha
"""
_LIST = """\
example:
  nearhalf adapter list --json
"""
_SHOW = """\
examples:
  nearhalf adapter show Letters
  nearhalf adapter show Letters --check --backend home

With --check the backend is asked for its models: whether the adapter still fits is judged by their hashes.
"""
_EXPORT = """\
examples:
  nearhalf adapter export Letters --to letters.nha --locked          encrypted with a passphrase
  nearhalf adapter export Letters --to letters.nha                   readable by whoever has the file
  nearhalf adapter export Letters --to letters --form transformers   a folder for transformers (PEFT's LoRA, or a
                                                                     small loader that is put beside it)
"""
_IMPORT = """\
example:
  nearhalf adapter import letters.nha
"""
_DELETE = """\
example:
  nearhalf adapter delete Letters --yes

The file is overwritten and removed. It is on no other computer unless you copied it.
"""

Command = Callable[..., argparse.ArgumentParser]


def add_adapter(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", command: Command) -> None:
    adapter = command(commands, "adapter", "List, show, export, import and delete your adapters.", _ADAPTER)
    what = adapter.add_subparsers(dest="adapter_command", required=True, metavar="COMMAND")
    listed = command(what, "list", "List the adapters of this computer.", _LIST)
    shown = command(what, "show", "Show one adapter's card.", _SHOW)
    exported = command(what, "export", "Write a copy of one.", _EXPORT)
    imported = command(what, "import", "Take one in from a file.", _IMPORT)
    deleted = command(what, "delete", "Delete one for good.", _DELETE)
    for one in (shown, exported, deleted):
        one.add_argument("name", metavar="NAME", help="its name, or its file's")
    shown.add_argument("--check", action="store_true", help="ask the backend whether the adapter fits its models")
    exported.add_argument("--to", metavar="PATH", required=True, help="the file, or the new folder, to write")
    exported.add_argument("--form", choices=("file", "transformers"), default="file", help="what to write")
    exported.add_argument("--locked", action="store_true", help="encrypt the file with a passphrase")
    exported.add_argument(
        "--strength", metavar="PERCENT", type=int, help="with --form transformers: 0 to 150 (default: 100)"
    )
    for one in (shown, exported):
        one.add_argument("--backend", metavar="NAME|URL", help="whom to ask (default: the built-in backend)")
        one.add_argument("--token-file", metavar="FILE", help="with a URL: the token (default: $NEARHALF_TOKEN)")
        one.add_argument("--ca-file", metavar="FILE", help="with a URL: PEM certificate to trust for it")
    imported.add_argument("file", metavar="FILE", help="an adapter's file, encrypted or not")
    deleted.add_argument("--yes", action="store_true", help="do not ask")
    for one in (listed, shown, exported, imported, deleted):
        one.add_argument("--json", action="store_true", help="print JSON")
