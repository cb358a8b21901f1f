"""How the one-row kernels are compiled, and where that code is kept, so that only the first start waits (about 6 s).

Whoever may write that folder may run code as us: it is made for its owner alone, and one that others may write is not
used. Without a folder the kernels are compiled at every start. Its name holds a hash of the sources, because numba
notices a change in the file of a compiled function but not in the files of those that it calls.
"""

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import platformdirs

_SOURCES = ("one_row_jit.py", "one_row_math.py", "one_row_kernels.py")
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH

SUMS = {"reassoc", "contract"}
"""What a sum may be turned into: several chains at once, and fused multiply-add. NaN and infinity keep their sense."""


def private_folder(parent: Path) -> Path | None:
    """The folder for compiled code under `parent`, made where it is missing; None where it is not ours alone."""
    sources = [Path(__file__).with_name(name).read_bytes() for name in _SOURCES]
    digest = hashlib.sha256(b"".join([numba.__version__.encode(), *sources])).hexdigest()
    folder = parent / f"one-row-{digest[:16]}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError:
        return None
    if os.name == "posix" and (found.st_uid != os.geteuid() or found.st_mode & _OTHERS_MAY_WRITE):
        return None
    return folder if os.access(folder, os.W_OK) else None


def _keep_compiled_code() -> bool:
    """Tell numba where to keep compiled code: under NUMBA_CACHE_DIR, or the system's place for caches."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    parent = Path(given) if given else platformdirs.user_cache_path("nearhalf", appauthor=False) / "kernels"
    folder = private_folder(parent)
    if folder is not None:
        numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]  # read when a function is declared
    return folder is not None


_KEEPS = _keep_compiled_code()


def compiled(*, sums: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator: machine code that holds no lock of Python's. sums: its additions may be reordered."""
    decorator: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(
        nogil=True, cache=_KEEPS, fastmath=SUMS if sums else False
    )
    return decorator
