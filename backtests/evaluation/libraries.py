"""Parts of large libraries without the rest of them: what their own front doors import is slow."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from types import ModuleType
from typing import Any


@cache
def arch_bootstrap() -> Any:
    """`arch.bootstrap` alone: `import arch` loads its volatility models and matplotlib, seconds.

    The package's own file is passed over while its subpackage is imported, and may be imported by
    anybody afterwards.
    """
    spec = None if "arch" in sys.modules else importlib.util.find_spec("arch")
    if spec is None or spec.submodule_search_locations is None:
        return importlib.import_module("arch.bootstrap")
    shell = ModuleType("arch")
    shell.__path__ = list(spec.submodule_search_locations)
    sys.modules["arch"] = shell
    try:
        return importlib.import_module("arch.bootstrap")
    finally:
        del sys.modules["arch"]
