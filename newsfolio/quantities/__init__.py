"""Quantities that a claim is about, measured on prices of a window."""

from newsfolio.quantities.base import *  # noqa: F403 - replaced below
