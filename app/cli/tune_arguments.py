"""The words of `nearhalf tune`."""

import argparse
from collections.abc import Callable

_TUNE = """\
examples:
  nearhalf tune ~/notes                        read the notes, train, and say whether it helped
  nearhalf tune diary.md letters.zip --preset quick --name Letters
  nearhalf tune ~/notes --chat "My diary"      and what you wrote in this chat in the window
  nearhalf tune --jobs                         what is under way
  nearhalf tune --resume                       follow the newest job, and go on with it where it was paused or killed
  nearhalf tune --pause 20261123-101112-1a2b3c

The training runs in a process of its own: Ctrl+C here leaves it running. The adapter stays on this computer. Some of
the notes are held back, to see whether the model predicts your words better on what it never saw. Only then, and where
no secret came out and nothing else got worse, the adapter is put into your library by itself. Payment cards, bank
accounts, numbers of documents, passwords and keys in the notes are replaced before anything is learned; mail addresses,
phone numbers, postal addresses, dates of birth and IP addresses are left in unless you say --secrets replace.
"""

NEWEST = "newest"  # what --resume without a job means; no job is called that

Command = Callable[..., argparse.ArgumentParser]


def add_tune(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", command: Command) -> None:
    tune = command(commands, "tune", "Fine-tune an adapter on your own notes.", _TUNE)
    tune.add_argument("notes", nargs="*", metavar="NOTES", help="files, folders, vaults, archives, mailboxes")
    tune.add_argument(
        "--chat",
        metavar="TITLE|ID",
        action="append",
        default=[],
        help="learn from this chat of yours: your messages in it, not the replies (may be given several times)",
    )
    tune.add_argument(
        "--preset",
        choices=("quick", "balanced", "thorough"),
        default="balanced",
        help="how long, and how many round trips a token it costs in chat (default: balanced)",
    )
    tune.add_argument(
        "--name", metavar="NAME", help="what to call the adapter (default: the first notes' name, or chat's title)"
    )
    tune.add_argument(
        "--secrets",
        choices=("replace", "drop", "leave"),
        help="what to do with all that looks secret or personal: replace it by invented ones, leave out its paragraph, "
        "or leave it in (default: by kind, see below)",
    )
    tune.add_argument("--backend", metavar="NAME|URL", help="where the layers run (default: the built-in backend)")
    tune.add_argument("--token-file", metavar="FILE", help="with a URL: the token (default: $NEARHALF_TOKEN)")
    tune.add_argument("--ca-file", metavar="FILE", help="with a URL: PEM certificate to trust for it")
    tune.add_argument("--model", metavar="ID", help="one of the backend's models (default: its first)")
    tune.add_argument("--json", action="store_true", help="print one JSON object at the end")
    jobs = tune.add_mutually_exclusive_group()
    jobs.add_argument("--jobs", action="store_true", help="list the jobs, newest first")
    jobs.add_argument("--resume", metavar="JOB", nargs="?", const=NEWEST, help="go on with a job (default: the newest)")
    jobs.add_argument("--pause", metavar="JOB", help="stop its process; --resume goes on exactly there")
    jobs.add_argument(
        "--keep",
        metavar="JOB",
        help="put its adapter into the library whatever the verdict; one under way is stopped and judged first",
    )
    jobs.add_argument("--discard", metavar="JOB", help="delete a job with its notes and checkpoints")
