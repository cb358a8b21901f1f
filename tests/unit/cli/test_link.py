"""A way to a backend that can be broken off while something waits on it."""

import socket
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.backend import Backend
from app.domain.errors import Cancelled, ConnectionLost
from app.main.link import Network
from app.storage.paths import DataFolder


def test_what_waits_for_a_silent_backend_is_broken_off_at_once(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "home").create()
    with socket.create_server(("127.0.0.1", 0)) as silent, closing(Network(folder, lambda notice: None)) as network:
        backend = Backend("silent", f"http://127.0.0.1:{silent.getsockname()[1]}", "token")
        link = network.link(backend, lambda sentence: None)
        caught: list[BaseException] = []

        def ask() -> None:
            with closing(link.control()) as control:
                try:
                    control.list_models()
                except ConnectionLost as error:
                    caught.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(0.2)
        began_s = time.monotonic()
        link.abort()
        asking.join(30)
        assert caught
        assert time.monotonic() - began_s < 20
        with pytest.raises(Cancelled):
            link.control()
        with pytest.raises(Cancelled):
            link.open_channel()
