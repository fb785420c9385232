"""What reads or asks without an event of Python's raises one from now on, in this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

LINK = "os.readlink"
"""What a link says can be read without a file."""

SHARED = "/dev/shm/"  # noqa: S108
"""Where memory with a name lies."""

_ADDRESS = 10002
"""libcurl's number of CURLOPT_URL."""


def announce() -> None:
    _announce_links()
    _announce_shared_memory()
    if (curl := sys.modules.get(_CurlFinder.name)) is not None:
        _announce_requests(curl)
    else:
        sys.meta_path.insert(0, _CurlFinder())


def _announce_links() -> None:
    """Reading a link raises an event, as opening a file does."""
    read = os.readlink

    @wraps(read)
    def readlink(path: Any, *, dir_fd: int | None = None) -> Any:
        sys.audit(LINK, path)
        return read(path, dir_fd=dir_fd)

    for module in (os, sys.modules[os.name]):
        vars(module)["readlink"] = readlink


def _announce_shared_memory() -> None:
    """Opening memory that has a name raises the event of a file."""
    try:
        shared = import_module("_posixshmem")
    except ImportError:  # Windows
        return
    opened = shared.shm_open

    @wraps(opened)
    def shm_open(path: str, flags: int, mode: int = 0o777) -> int:
        sys.audit("open", SHARED + path.lstrip("/"), None, flags)
        number: int = opened(path, flags, mode=mode)
        return number

    vars(shared)["shm_open"] = shm_open


def _announce_requests(curl: ModuleType) -> None:
    """Naming an address to libcurl raises the event of a connection; its own sockets raise none."""
    named = curl.Curl.setopt

    @wraps(named)
    def setopt(self: object, option: int, value: object) -> object:
        if int(option) == _ADDRESS:
            sys.audit("socket.connect", self, value)
        answer: object = named(self, option, value)
        return answer

    curl.Curl.setopt = setopt


class _CurlFinder(MetaPathFinder):
    """Sees curl_cffi when it is imported, by whomever: yfinance brings it along."""

    name = "curl_cffi.curl"

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Announcing(spec.loader, _announce_requests)
        return spec


class _Announcing(Loader):
    """A loader that says when its module is there."""

    def __init__(self, loader: Loader, then: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._then = then

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._then(module)
