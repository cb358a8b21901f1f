"""Set-up, step by step: environment, pinned packages, Qt's system libraries, the default model; then the app.

Each step is skipped in milliseconds when done, and can be cut off at any point: a step's mark is written last, by an
atomic rename, so the next start does again whatever was not finished. A start with everything done needs no network.
Uses the standard library only and names no package index: pip, as set up on the computer, knows where packages are.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from setup_console import (
    PipProgress,
    Progress,
    SetupProblem,
    explain_pip_failure,
    megabytes,
    one_at_a_time,
    run_quietly,
    run_watched,
    say,
)
from setup_model import prepare_default_model
from setup_qt import check_qt_libraries

TORCH = "torch==2.13.0"  # not in the lock: its CPU and CUDA builds share this version and differ in their hashes
SPACE_NEEDED_BYTES = 3_000_000_000
CUDA_SPACE_NEEDED_BYTES = 10_000_000_000  # torch's CUDA packages: 3 GB fetched, and unpacked beside that
PORTABLE = Path(__file__).resolve().parent.parent / "portable"  # the data go with the program (docs/portable.md)
_PIP_WHEEL_FOLDER = Path("usr/share/python-wheels")  # Debian's python3-pip-whl


@dataclass(frozen=True)
class Place:
    """Where this copy of Nearhalf lives: the source tree, its environment and the person's data."""

    root: Path
    venv: Path
    data: Path

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def is_marked(self, step: str, key: str) -> bool:
        """Whether `step` was finished with exactly this `key` (a hash of what it depends on)."""
        try:
            return (self.venv / f"nearhalf-{step}.done").read_text(encoding="utf-8") == key
        except OSError:
            return False

    def mark(self, step: str, key: str) -> None:
        """Note that `step` is finished, atomically."""
        new = self.venv / f"nearhalf-{step}.new"
        new.write_text(key, encoding="utf-8")
        new.replace(self.venv / f"nearhalf-{step}.done")


def data_folder() -> Path:
    """The person's data folder, by the same rule as app/storage/paths.py (a test holds them together)."""
    if chosen := os.environ.get("NEARHALF_HOME"):
        folder = Path(chosen).expanduser()
        if not folder.is_absolute():
            raise SetupProblem(f"NEARHALF_HOME is {chosen!r}.", "Give it as an absolute path.")
        return folder
    if PORTABLE.is_dir():
        return PORTABLE
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "Nearhalf"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "Nearhalf"
    xdg = Path(os.environ.get("XDG_DATA_HOME") or "")  # a relative path is ignored, says the XDG rule
    return (xdg if xdg.is_absolute() else home / ".local" / "share") / "nearhalf"


def make_environment(place: Place) -> None:
    """Make .venv with pip in it, also where this Python came without ensurepip."""
    key = f"{Path(sys.executable).resolve()} {sys.version_info[0]}.{sys.version_info[1]}"
    made_by = place.venv / "nearhalf-environment.done"
    if place.python.exists() and made_by.exists():
        interpreter = made_by.read_text(encoding="utf-8").rpartition(" ")[0]
        if str(place.python.resolve()) == interpreter:  # a system upgrade exchanges what the link points to
            return
    progress = Progress(f"Making a Python environment in {place.venv}")
    command = [sys.executable, "-m", "venv", "--without-pip", str(place.venv)]
    if made_by.exists():
        command.insert(3, "--clear")
    if not run_quietly(command):
        raise SetupProblem(
            f"The Python environment {place.venv} could not be made.",
            "Look whether the folder can be written and whether `python3 -m venv --help` works"
            " (Debian: apt install python3-venv).",
        )
    progress.show("putting pip into it")
    if not _put_pip(place):
        raise SetupProblem(
            "This Python has no pip, and none could be fetched.",
            "Install it, then run the same command again:\n"
            "    sudo apt-get update && sudo apt-get install -y python3-venv      (Debian, Ubuntu)\n"
            "    sudo dnf install -y python3-pip                                  (Fedora)",
        )
    if str(place.python.resolve()) != str(Path(sys.executable).resolve()):  # Windows copies the interpreter
        key = f"{place.python.resolve()} {key.rpartition(' ')[2]}"
    place.mark("environment", key)
    progress.done()


def _put_pip(place: Place) -> bool:
    """Put pip into the environment, from the first source that has it."""
    python = str(place.python)
    if run_quietly([python, "-m", "pip", "--version"]) or run_quietly([python, "-m", "ensurepip", "--upgrade"]):
        return True
    if _pip_from_wheel(python, Path("/") / _PIP_WHEEL_FOLDER):
        return True
    if run_quietly([sys.executable, "-m", "pip", "--python", python, "install", "pip"], env=_pip_environment()):
        return True
    return _pip_from_debian(place)


def _pip_from_wheel(python: str, folder: Path) -> bool:
    """Install pip by running it out of its own wheel in `folder`."""
    for wheel in sorted(folder.glob("pip-*.whl")):
        command = [python, str(wheel / "pip"), "install", "--no-index", "--find-links", str(folder), "pip"]
        if run_quietly(command, env=_pip_environment()):
            return True
    return False


def _pip_from_debian(place: Place) -> bool:
    """Fetch Debian's pip wheel and unpack it: no root needed, nothing installed on the system."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return False
    folder = place.venv / "pip-from-debian"
    folder.mkdir(exist_ok=True)
    try:
        download = ["apt-get", "download", "python3-pip-whl"]
        if not run_quietly(download, cwd=folder):
            run_quietly(["apt-get", "update"])  # only root may; the lists of a new machine are empty
            if not run_quietly(download, cwd=folder):
                return False
        unpacked = all(run_quietly(["dpkg-deb", "-x", str(deb), str(folder)]) for deb in folder.glob("*.deb"))
        return unpacked and _pip_from_wheel(str(place.python), folder / _PIP_WHEEL_FOLDER)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pip_environment() -> dict[str, str]:
    """The person's environment and pip settings, less what would break an install into .venv."""
    return os.environ | {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PIP_USER": "0",
        "PYTHONNOUSERSITE": "1",
    }


def pip(place: Place, what: str, title: str, arguments: list[str], packages: int) -> None:
    """Run the environment's pip with progress. Raises SetupProblem with a reason when it fails."""
    progress = Progress(title)
    pip_progress = PipProgress(progress, packages)
    command = [str(place.python), "-m", "pip", *arguments]
    code, lines = run_watched(command, pip_progress, env=_pip_environment())
    if code != 0:
        raise explain_pip_failure(what, lines, place.venv / "nearhalf-pip.log")
    fetched = pip_progress.fetched_bytes
    progress.done(f"done, {megabytes(fetched)} fetched" if fetched else "done")


def check_space(place: Place, needed_bytes: int, otherwise: str = "") -> None:
    """Raises SetupProblem where the disk of the environment has less free; `otherwise` is further advice."""
    free_bytes = shutil.disk_usage(place.venv).free
    if free_bytes < needed_bytes:
        raise SetupProblem(
            f"There is too little space: {megabytes(free_bytes)} free, {megabytes(needed_bytes)} needed.",
            f"Free some on the disk that holds {place.root}, then run the same command again.{otherwise}",
        )


def install_locked(place: Place, lock_name: str) -> None:
    """Install one lock file: exact versions, ready-made builds only, every file checked by its hash."""
    lock = (place.root / "packaging" / f"{lock_name}.txt").read_bytes()
    key = hashlib.sha256(lock).hexdigest()
    if place.is_marked(lock_name, key):
        return
    packages = len(re.findall(rb"^[A-Za-z]", lock, re.MULTILINE))
    purpose = "the packages for the tests" if lock_name == "lock-test" else "the app's packages"
    if lock_name == "lock-run":
        check_space(place, SPACE_NEEDED_BYTES)
    arguments = ["install", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--progress-bar", "off"]
    path = str(place.root / "packaging" / f"{lock_name}.txt")
    title = f"Installing {purpose}: up to {packages}, pinned and checked by hash"
    pip(place, purpose, title, [*arguments, "-r", path], packages)
    place.mark(lock_name, key)


def install_torch(place: Place) -> None:
    """Install torch, pinned. Everything its CPU build needs is there already, so that build brings nothing else."""
    if place.is_marked("torch", TORCH):
        return
    cuda_packages = _cuda_packages_of_torch(place)
    if cuda_packages:  # how much is needed is known only now
        check_space(
            place,
            CUDA_SPACE_NEEDED_BYTES,
            ' Or do without CUDA: set PIP_EXTRA_INDEX_URL to the CPU index that PyTorch\'s "Get started" page names.',
        )
    title = f"Installing {TORCH} (CPU build: about 200 MB)"
    if cuda_packages:
        title = (
            f"Installing {TORCH} with {cuda_packages} CUDA packages (about 3 GB): pip's settings name no CPU build."
            "\n    They are of use only with an NVIDIA card. To do without: stop now (Ctrl+C), set PIP_EXTRA_INDEX_URL"
            '\n    to the CPU index that PyTorch\'s "Get started" page names, and run the same command again.'
        )
    arguments = ["install", "--only-binary", ":all:", "--progress-bar", "raw", TORCH]
    pip(place, "torch", title, arguments, 1 + cuda_packages)
    place.mark("torch", TORCH)


def _cuda_packages_of_torch(place: Place) -> int:
    """How many CUDA packages pip would bring along, asked of pip beforehand; 0 also where it cannot say."""
    report = place.venv / "nearhalf-torch-report.json"
    arguments = ["install", "--dry-run", "--quiet", "--only-binary", ":all:", "--report", str(report), TORCH]
    if not run_quietly([str(place.python), "-m", "pip", *arguments], env=_pip_environment()):
        return 0
    names = [item["metadata"]["name"] for item in json.loads(report.read_text(encoding="utf-8"))["install"]]
    report.unlink()
    return sum(name.startswith(("nvidia-", "cuda-", "triton")) for name in names)


def install_project(place: Place) -> None:
    """Put our packages and the commands nearhalf and nearhalf-cloud into the environment, without a network."""
    key = hashlib.sha256((place.root / "pyproject.toml").read_bytes()).hexdigest() + str(place.root)
    if place.is_marked("project", key):
        return
    arguments = ["install", "--no-deps", "--no-index", "--no-build-isolation", "--editable", str(place.root)]
    pip(place, "Nearhalf itself", "Adding the commands nearhalf and nearhalf-cloud to the environment", arguments, 1)
    place.mark("project", key)


def has_display() -> bool:
    """Whether a window can be shown. Only Linux is known to run without."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def app_arguments(arguments: list[str], *, display: bool) -> list[str]:
    """What the app is started with: without a display the window's place is taken by the chat in the terminal."""
    opens_window = not arguments or (arguments[0].startswith("-") and arguments[0] != "--version")
    if display or not opens_window:
        return arguments
    say("There is no display here, so the chat opens in the terminal.")
    return ["chat", *arguments]


def set_up(place: Place, *, testing: bool, needs_window: bool) -> None:
    """Bring everything into place; what is in place already is left alone."""
    place.data.mkdir(mode=0o700, parents=True, exist_ok=True)  # for its owner alone, as app/storage/paths.py makes it
    with one_at_a_time(place.data / "setup.lock"):
        make_environment(place)
        install_locked(place, "lock-run")
        install_torch(place)
        if testing:
            install_locked(place, "lock-test")
        install_project(place)
        check_qt_libraries(place, is_required=testing or needs_window)
        prepare_default_model(place)


def main(arguments: list[str]) -> int:
    """Set up, then become the app (or pytest). Returns the exit code where something went wrong."""
    root = Path(__file__).resolve().parent.parent
    if arguments[:1] == ["--portable"]:
        arguments = arguments[1:]
        if os.environ.get("NEARHALF_HOME"):
            say("NEARHALF_HOME is set, so the data stay there; without it they would go with the program.")
        else:
            PORTABLE.mkdir(mode=0o700, exist_ok=True)
    testing = arguments[:1] == ["test"]
    display = has_display()
    try:
        place = Place(root, root / ".venv", data_folder())
        set_up(place, testing=testing, needs_window=display and not arguments)
        if testing:
            os.chdir(root)
            # half the time on two cores; in the folders' order, so that no slow file is left to the end
            everything = ["--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
            command = ["-m", "pytest", *(arguments[1:] or everything)]
        else:
            os.environ["NEARHALF_COMMAND"] = "python3 start.py"  # for the app's own help; see app/cli/arguments.py
            # -P: a folder `app` where the person happens to be must not take our place
            command = ["-P", "-m", "app", *app_arguments(arguments, display=display)]
        return become([str(place.python), *command])
    except SetupProblem as problem:
        say(f"\n{problem.message}\n    {problem.advice}")
        return 1
    except OSError as error:
        say(f"\n{error.strerror or error}: {error.filename or ''}")
        say("    Set-up stopped; run the same command again to go on.")
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Run the same command again to go on from here.")
        return 130


def become(command: list[str]) -> int:
    """Replace this process by `command`; Windows has no exec that a console understands, so wait there instead."""
    if os.name != "nt":
        os.execv(command[0], command)
    return subprocess.call(command)
