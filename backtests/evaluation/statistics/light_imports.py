"""Parts of large libraries without the rest of them: what their own front doors import is slow."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from types import ModuleType
from typing import Any


def arch_bootstrap() -> Any:
    """`arch.bootstrap` alone: `import arch` loads its volatility models and matplotlib, seconds."""
    return _part("arch", "arch.bootstrap")


def scipy_special() -> Any:
    """scipy's special functions alone: their package loads what it needs for other array kinds."""
    try:
        return _part("scipy.special", "scipy.special._ufuncs")
    except ImportError:
        return importlib.import_module("scipy.special")


@cache
def _part(package: str, module: str) -> Any:
    """A module of a package whose own file is passed over meanwhile.

    That file may be imported by anybody afterwards.
    """
    spec = None if package in sys.modules else importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        return importlib.import_module(module)
    shell = ModuleType(package)
    shell.__path__ = list(spec.submodule_search_locations)
    sys.modules[package] = shell
    try:
        return importlib.import_module(module)
    finally:
        del sys.modules[package]
