"""The normal, Student's and the beta distribution, of the compiled `scipy.special` alone."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from types import ModuleType
from typing import Any


def normal_cdf(value: float) -> float:
    """Probability of less than `value`."""
    return float(_special().ndtr(value))


def normal_quantile(probability: float) -> float:
    """The value that is undercut with this probability."""
    return float(_special().ndtri(probability))


def student_sf(value: float, freedom: float) -> float:
    """Probability of more than `value`."""
    return float(_special().stdtr(freedom, -value))


def student_isf(probability: float, freedom: float) -> float:
    """The value that is exceeded with this probability."""
    return -float(_special().stdtrit(freedom, probability))


def beta_quantile(probability: float, first: float, second: float) -> float:
    """The value that is undercut with this probability, of the beta distribution."""
    return float(_special().betaincinv(first, second, probability))


@cache
def _special() -> Any:
    """scipy's special functions; its package, which loads much else, is passed over meanwhile.

    docs/decisions/0007-light-imports.md says what that saves. The package itself may be imported by
    anybody afterwards.
    """
    package = "scipy.special"
    spec = None if package in sys.modules else importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        return importlib.import_module("scipy.special")
    shell = ModuleType(package)
    shell.__path__ = list(spec.submodule_search_locations)
    sys.modules[package] = shell
    try:
        return importlib.import_module("scipy.special._ufuncs")
    except ImportError:  # another version of scipy, which keeps them elsewhere
        del sys.modules[package]
        return importlib.import_module("scipy.special")
    finally:
        if sys.modules.get(package) is shell:
            del sys.modules[package]
