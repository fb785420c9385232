"""yfinance kept to itself: its caches are this process's own, its errors are raised, not logged."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import stat
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import Any

_PREFIX = "newsfolio-"
_LOCK = "in-use.lock"
_STARTING = 60
"""Seconds in which a process has locked the folder that it made."""


@cache
def isolated_yfinance() -> Any:
    """yfinance with its caches in a folder of this process, so that the user's stay as they are."""
    import yfinance

    locks = os.name == "posix"  # elsewhere nothing tells the dead from the living
    if locks:
        _sweep()
    folder = mkdtemp(prefix=_PREFIX)
    if locks:
        _held(folder)
    atexit.register(remove_own, folder, os.getpid())
    yfinance.set_tz_cache_location(folder)
    yfinance.cache.get_tz_cache().lookup("")  # it sets itself up here, not in two threads at once
    return yfinance


def _held(folder: str) -> int | None:
    """The descriptor of a lock that lasts as long as the process, however it ends.

    None where another process has it. A forked child has it with its parent.
    """
    import fcntl

    descriptor = os.open(f"{folder}/{_LOCK}", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _sweep() -> None:
    """Take away the folders of this user's processes that were killed."""
    for path in Path(gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            about = path.lstat()
            mine = stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid()
            started = (path / _LOCK).exists() or time.time() - about.st_mtime > _STARTING
            lock = _held(str(path)) if mine and started else None
            if lock is not None:
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)


def remove_own(folder: str, owner: int) -> None:
    """A forked child has the folder of its parent, which must outlive it."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def forget_answers() -> None:
    """A failed answer would be served again."""
    from yfinance.data import YfData

    YfData.cache_get.cache_clear()


def release(yfinance: Any) -> None:
    """Close what a thread that will end has open; yfinance closes the main thread's itself."""
    if threading.current_thread() is threading.main_thread():
        return
    for kept in (yfinance.cache.get_tz_cache(), yfinance.cache.get_cookie_cache()):
        if kept.db is not None:
            kept.db.close()


class RaisingYfinance:
    """Lets yfinance raise instead of logging; may be nested and shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._depth = 0
        self._inner = ExitStack()

    @contextmanager
    def __call__(self, yfinance: object) -> Iterator[None]:
        with self._lock:
            if self._depth == 0:
                self._inner.enter_context(_outspoken(yfinance))
            self._depth += 1
        try:
            yield
        finally:
            with self._lock:
                self._depth -= 1
                if self._depth == 0:
                    self._inner.close()


raising = RaisingYfinance()
"""The one of this process."""


@contextmanager
def prepared_yfinance() -> Iterator[None]:
    """Set yfinance up before threads use it: what it changes is the process's, not a thread's."""
    with raising(isolated_yfinance()):
        yield


@contextmanager
def _outspoken(yfinance: Any) -> Iterator[None]:
    debug, logger = yfinance.config.debug, logging.getLogger("yfinance")
    hidden, level = debug.hide_exceptions, logger.level
    debug.hide_exceptions = False
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        debug.hide_exceptions = hidden
        logger.setLevel(level)
