"""Holdings in the shapes of brokers by the thousand: what is read must be what was written.

    python benchmarks/fuzz_holdings.py [tries] [seed]

A third of the files is spoilt first, a byte to forty of it: then an error of `newsfolio.errors` is
an answer, and anything else but bars is a crash. The exit code is 1 if one file was misread.
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))  # started as a file, it sees its own folder

from newsfolio.errors import NewsfolioError
from tests.support.holdings_files import held_in
from tests.support.random_books import LINES, WRITERS, book

ODD = (b"", b",", b"\n", b'"', b"\xff", b"1e400", b"-", b"\t", "日".encode())


def attempt(name: str, folder: Path, random: Random) -> str:
    """One file: fine, refused, misread or the name of a crash."""
    text, truth = WRITERS[name](book(random))
    content = text.encode("gbk" if name == "mainland" else "utf-8")
    spoilt = random.random() < 1 / 3
    if spoilt:
        at = random.randrange(len(content))
        content = content[:at] + random.choice(ODD) + content[at + random.choice((0, 1, 3, 40)) :]
    try:
        held = held_in(folder, content, lines=LINES)
    except NewsfolioError as error:
        return "refused" if spoilt and str(error).count("\n") < 2 else f"refused: {error}"
    if spoilt:
        return "fine"
    for read, wanted in ((held.shares, truth.shares), (held.cash, truth.cash)):
        if read.keys() != wanted.keys() or any(
            not math.isclose(read[key], wanted[key], abs_tol=1e-6) for key in wanted
        ):
            return f"misread: {read} for {wanted}"
    return "fine"


def main(arguments: Sequence[str]) -> int:
    tries = int(arguments[0]) if arguments else 10_000
    seed, bad = arguments[1] if len(arguments) > 1 else "1", 0
    with tempfile.TemporaryDirectory() as folder:
        for name in WRITERS:
            random = Random(f"{name} {seed}")
            counts = Counter(attempt(name, Path(folder), random) for _ in range(tries))
            most = ", ".join(f"{count} {what[:200]}" for what, count in counts.most_common(4))
            print(f"{name:16} {tries} tries: {most}")
            bad += sum(count for what, count in counts.items() if what not in ("fine", "refused"))
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
