"""Returns of a grid of variants whose scores were worked out by hand."""

from __future__ import annotations

import numpy as np

HAND = np.array(
    [[3, 1, 2], [1, 2, 0], [2, 0, 1], [0, 3, 1], [1, 1, 4], [2, 2, 0], [4, 0, 1], [0, 1, 2]]
) / 100  # fmt: skip
