"""The same work without a window: `nearhalf chat`, `tune`, `adapter`, `backend` and `audit`.

`run` is the border: whatever goes wrong below it, a person reads a sentence and advice on stderr, never a traceback.
Exit status: 0 done, 1 an error with words or a verdict that is not good, 2 wrong arguments, 130 broken off (Ctrl+C).
"""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from app.cli.arguments import parse
from app.cli.backend import run_backend
from app.cli.chat import run_chat
from app.cli.terminal import KEYS_ARE_WRITTEN, Terminal, unanswered
from app.core.services import Services
from app.domain.errors import AppError, where_it_failed

log = logging.getLogger(__name__)

DONE = 0
FAILED = 1
BROKEN_OFF = 130


def run(argv: Sequence[str], services: Services, terminal: Terminal | None = None) -> int:
    """Carry out one command line (without the program's name); return the exit status."""
    try:
        arguments = parse(argv)
    except SystemExit as leaving:  # argparse has said what is wrong, or printed the help that was asked for
        return leaving.code if isinstance(leaving.code, int) else FAILED
    terminal = terminal or Terminal.of_this_process()
    try:
        if arguments.command is None:
            keylog = Path(arguments.window_keylog) if arguments.window_keylog else None
            if keylog is not None:
                terminal.alarm(KEYS_ARE_WRITTEN.format(file=keylog))
            return services.open_window(keylog)
        if arguments.command == "chat":
            run_chat(arguments, services, terminal)
        elif arguments.command == "audit":
            from app.cli.audit import run_audit  # cryptography: the other commands need not wait for it

            return DONE if run_audit(arguments, services, terminal) else FAILED
        elif arguments.command == "tune":
            from app.cli.tune import run_tune  # pydantic and the readers of notes: likewise

            run_tune(arguments, services, terminal)
        elif arguments.command == "adapter":
            from app.cli.adapter import run_adapter

            run_adapter(arguments, services, terminal)
        else:
            run_backend(arguments, services, terminal)
    except AppError as error:
        terminal.show_error(error)
        return FAILED
    except EOFError:
        terminal.show_error(unanswered())
        return FAILED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nobody is left to tell, and the flush at exit must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), terminal.stdout.fileno())
        return FAILED
    except Exception as error:  # noqa: BLE001 - the border: a bug is logged by its place and said in words
        log.error("the command failed: %s", where_it_failed(error))
        terminal.show_error(AppError("Something went wrong inside Nearhalf.", "The log has the details. Try again."))
        return FAILED
    except KeyboardInterrupt:
        terminal.clear_progress()
        return BROKEN_OFF
    return DONE
