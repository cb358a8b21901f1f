"""Which backend a person meant by --backend NAME|URL, --token-file and NEARHALF_TOKEN; and paths as they are typed."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from app.core.embedded import NAME as BUILT_IN
from app.core.services import Backends
from app.domain.backend import Backend
from app.domain.conversation import STRENGTHS
from app.domain.errors import SettingsError
from app.storage.backends import is_url

TOKEN_VARIABLE = "NEARHALF_TOKEN"  # noqa: S105 - a variable's name
_TOKEN_FILE_LIMIT_CHARS = 4096


def chosen_backend(arguments: argparse.Namespace, backends: Backends, environ: Mapping[str, str]) -> Backend | None:
    """The backend with its token; None for the built-in one. Raises SettingsError.

    A token in the environment goes to an address given on this command line only, never to a saved backend.
    """
    wanted: str | None = arguments.backend
    if wanted is not None and is_url(wanted):
        token = _token_in(arguments.token_file) if arguments.token_file else environ.get(TOKEN_VARIABLE) or None
        return backends.at(wanted, token, arguments.ca_file)
    if arguments.token_file or arguments.ca_file:
        raise SettingsError(
            "--token-file and --ca-file go with an address.",
            "Give --backend as a URL, or keep them with: nearhalf backend add NAME URL",
        )
    return None if wanted is None or wanted == BUILT_IN else backends.find(wanted)


def checked_strength(percent: int | None) -> int:
    """None: 100. Raises SettingsError."""
    if percent is None:
        return 100
    if percent not in STRENGTHS:
        raise SettingsError("The strength is a number from 0 to 150.", "Leave it out for 100.")
    return percent


def path_of(typed: str) -> Path:
    """`typed`, with "~" for the home folder, as a shell would read it."""
    try:
        return Path(typed).expanduser()
    except RuntimeError:  # of somebody who is not known here
        return Path(typed)


def _token_in(path: str) -> str:
    try:
        with Path(path).open(encoding="utf-8", errors="replace") as file:
            return file.read(_TOKEN_FILE_LIMIT_CHARS)
    except OSError as error:
        raise SettingsError(
            f"The token file {path} cannot be read: {error.strerror or error}.", "Check the path and its permissions."
        ) from error
