"""`nearhalf-cloud`: serve a model's far half, prepare a model, make a token. The composition root of the cloud."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cloud_backend.server.config import ServerConfig
from cloud_backend.server.errors import OperatorError
from cloud_backend.server.library import (
    check_room,
    default_cache_dir,
    default_threads,
    limit_threads,
    load_model,
    locate_model,
    prepare_model,
    refuse_twins,
    report_on_stderr,
)

_EXIT_TOLD = 2
_MIB = 2**20
_DEFAULTS = ServerConfig()
# flag, field of ServerConfig, unit, help
_LIMITS: tuple[tuple[str, str, int | float, str], ...] = (
    ("--max-sessions", "max_sessions", 1, "sessions in all"),
    ("--max-sessions-per-token", "max_sessions_per_token", 1, "sessions of one token"),
    ("--max-positions", "max_positions", 1, "positions of one session; 0: what the model allows"),
    ("--max-kv-mb", "max_kv_bytes", _MIB, "memory of all sessions' KV caches and plans, in MiB"),
    ("--max-rows", "max_rows", 1, "positions in one step"),
    ("--max-frame-mb", "max_frame_bytes", _MIB, "payload of one frame, in MiB; a session's own shape allows less"),
    ("--max-connections", "max_connections", 1, "sockets in all"),
    ("--max-connections-per-token", "max_connections_per_token", 1, "data channels of one token, sessions or not"),
    ("--max-tuning-sessions", "max_tuning_sessions", 1, "sessions that train at the same time; 0: none may"),
    ("--max-tuning-sessions-per-token", "max_tuning_sessions_per_token", 1, "of those, of one token"),
    ("--max-tuning-mb", "max_tuning_bytes", _MIB, "memory that their steps share, in MiB, without weights"),
    ("--idle-timeout", "idle_timeout_s", 1.0, "seconds without a step until a session expires"),
    ("--max-lifetime", "max_lifetime_s", 1.0, "seconds until a session expires, whatever it does"),
    ("--step-timeout", "step_timeout_s", 1.0, "seconds for a device to answer an exchange"),
    ("--tuning-timeout", "tuning_timeout_s", 1.0, "seconds for a device's part of a training step"),
    ("--send-timeout", "send_timeout_s", 1.0, "seconds for a peer to read what was sent"),
    ("--header-timeout", "header_timeout_s", 1.0, "seconds for a request's head to arrive"),
    ("--ping-interval", "ping_interval_s", 1.0, "seconds between keep-alive pings"),
    ("--ping-timeout", "ping_timeout_s", 1.0, "seconds until an unanswered ping ends a connection"),
)
_MAY_BE_NONE = ("max_positions", "max_tuning_sessions")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit code 0, or 2 after a sentence on stderr."""
    options = _parser().parse_args(arguments)
    _forbid_core_dumps()
    try:
        return int(options.run(options))
    except OperatorError as error:
        print(f"nearhalf-cloud: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("nearhalf-cloud: stopped.", file=sys.stderr)
    except Exception as error:  # noqa: BLE001 - the command's border: a person reads this, not a traceback
        print(
            f"nearhalf-cloud: stopped by an unexpected fault ({type(error).__name__}). This is a bug: please report it "
            "with the command that you ran.",
            file=sys.stderr,
        )
    return _EXIT_TOLD


def run_serve(options: argparse.Namespace) -> int:
    """Load, listen, serve until told to stop. Raises OperatorError."""
    from cloud_backend.server import guard, listener, serving  # here: the other commands need no web server
    from cloud_backend.server.app import create_app
    from cloud_backend.server.eventlog import configure_logging, log_event
    from cloud_backend.server.tokens import TokenFileError, TokenStore

    watch = serving.ParentWatch(options.token_file) if options.stop_with_parent else None
    config = _config(options)
    if (options.tls_cert is None) != (options.tls_key is None):
        raise OperatorError("--tls-cert and --tls-key belong together: give both, or neither.")
    tls = listener.load_tls(options.tls_cert, options.tls_key) if options.tls_cert else None
    listener.require_tls_beyond_loopback(
        options.host, has_tls=tls is not None, allow_plaintext=options.dangerously_allow_plaintext
    )
    try:
        tokens = TokenStore(path=options.token_file)
    except TokenFileError as error:
        raise OperatorError(f"{error} Make one: nearhalf-cloud token --token-file {options.token_file}") from error
    if not len(tokens):
        raise OperatorError(
            f"The token file {options.token_file} holds no token, so nobody could connect. Make one: nearhalf-cloud "
            f"token --token-file {options.token_file}"
        )
    sock = listener.bind(options.host, options.port)
    configure_logging()
    limit_threads(options.threads)

    def report(stage: str, fraction: float) -> None:
        log_event("preparing", stage=stage, fraction=round(fraction, 3))

    folders = [locate_model(source, options.cache_dir, report) for source in options.model]
    models = [load_model(folder, device=options.device, dtype=options.dtype) for folder in folders]
    refuse_twins(models)
    check_room(models, config)
    for model in models:
        log_event("model_loaded", model=model.id, engine=model.engine.description, threads=options.threads)
    gc.freeze()  # what is loaded stays; without this, collecting it all at the end takes 0.7 s of the 0.9 s to stop
    server = serving.make_server(
        create_app(models, config, tokens),
        sock,
        tls=tls,
        announce=lambda: serving.announce_on_stdout(sock, has_tls=tls is not None),
    )
    if watch is not None:
        watch.stop_gracefully(server)
    guard.install()
    server.run(sockets=[sock])
    log_event("stopped")
    return 0


def run_prepare(options: argparse.Namespace) -> int:
    """Make a model folder. Raises OperatorError."""
    limit_threads(options.threads)
    folder = prepare_model(options.model, options.out, model_id=options.id, report=report_on_stderr)
    print(folder)
    return 0


def run_token(options: argparse.Namespace) -> int:
    """Make a token, keep its hash, print it once. Raises OperatorError."""
    from cloud_backend.server.tokens import add_token

    try:
        token = add_token(options.token_file)
    except OSError as error:
        raise OperatorError(
            f"The token file {options.token_file} cannot be written: {error.strerror}. Name another."
        ) from error
    print(f"Its hash is now in {options.token_file}. The token itself is kept nowhere: note it now.", file=sys.stderr)
    print(token)
    return 0


def _config(options: argparse.Namespace) -> ServerConfig:
    values: dict[str, int | float] = {}
    for flag, field, unit, _ in _LIMITS:
        given = getattr(options, field)
        least = 0 if field in _MAY_BE_NONE else 1e-3
        if not least <= given < 2**31:
            raise OperatorError(f"{flag} must be more than 0, and not absurdly large.")
        values[field] = given * unit
    return ServerConfig(**values)  # type: ignore[arg-type]  # each flag is parsed with its field's own type


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nearhalf-cloud",
        description="The far half of a model: decoder layers behind a socket, which never receive text.",
        epilog="example:\n  nearhalf-cloud token --token-file tokens\n"
        "  nearhalf-cloud serve --model HuggingFaceTB/SmolLM2-135M-Instruct --token-file tokens",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_serve(commands)
    prepare = _add_command(
        commands, "prepare", run_prepare, "turn a model into a model folder",
        "nearhalf-cloud prepare --model SmolLM2-135M-Instruct.Q4_1.gguf --out models/smollm2",
    )  # fmt: skip
    prepare.add_argument("--model", required=True, metavar="SRC", help="safetensors folder, .gguf file or hub id")
    prepare.add_argument("--out", required=True, type=Path, metavar="DIR", help="the model folder to make")
    prepare.add_argument("--id", help="name under which the model is served (default: from SRC)")
    prepare.add_argument("--threads", type=_positive, default=os.cpu_count() or 1, help="default: %(default)s")
    token = _add_command(
        commands, "token", run_token, "make a token for one user or device",
        "nearhalf-cloud token --token-file tokens",
    )  # fmt: skip
    token.add_argument("--token-file", required=True, type=Path, metavar="F", help="file of SHA-256 hashes, one a line")
    return parser


def _add_serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = _add_command(
        commands, "serve", run_serve, "serve one or more models",
        "nearhalf-cloud serve --model models/smollm2 --host 127.0.0.1 --port 8443 --token-file tokens",
    )  # fmt: skip
    serve.add_argument(
        "--model", required=True, action="append", metavar="SRC",
        help="model folder, or what `prepare` takes (prepared once into --cache-dir); may be repeated",
    )  # fmt: skip
    serve.add_argument("--token-file", required=True, type=Path, metavar="F", help="file of SHA-256 hashes, one a line")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serve.add_argument("--port", type=_port, default=8443, help="0: a free one (default: %(default)s)")
    serve.add_argument("--cache-dir", type=Path, default=default_cache_dir(), help="default: %(default)s")
    serve.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="default: %(default)s")
    serve.add_argument("--dtype", choices=("auto", "fp32", "bf16", "fp16"), default="auto", help="default: %(default)s")
    serve.add_argument("--threads", type=_positive, default=default_threads(), help="default: %(default)s")
    serve.add_argument("--tls-cert", type=Path, metavar="PEM", help="certificate chain")
    serve.add_argument("--tls-key", type=Path, metavar="PEM", help="its private key")
    serve.add_argument(
        "--dangerously-allow-plaintext", action="store_true",
        help="listen beyond loopback without TLS: everyone on the way can read tokens and activations",
    )  # fmt: skip
    serve.add_argument(
        "--stop-with-parent", action="store_true",
        help="stop when standard input ends, and then delete the token file if it is named backend-*.hash, as the app "
        "names the one that it makes for this process",
    )  # fmt: skip
    limits = serve.add_argument_group("limits")
    for flag, field, unit, text in _LIMITS:
        kind = type(getattr(_DEFAULTS, field))
        default = kind(getattr(_DEFAULTS, field) / unit)
        limits.add_argument(flag, dest=field, type=kind, default=default, metavar="N", help=f"{text} ({default})")


def _add_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: object,
    summary: str,
    example: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=summary,
        description=summary.capitalize() + ".",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    return command


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**16:
        raise ValueError(text)
    return number


def _forbid_core_dumps() -> None:
    """A core file would put activations on a disk."""
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
