"""Cheats that reach a file or another process by a way round."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pandas as pd

from tests.support.cheats.hidden_files import Base, parsed

HERE = Path(__file__).parent


class Roundabout(Base):
    """Goes by the folder in which the system describes this very process."""

    def close(self) -> pd.Series:
        return parsed(Path(f"/proc/self/root{HERE / 'prices.csv'}").read_text())


class Attached(Base):
    """Has a database in memory, to which it attaches one on disk."""

    def close(self) -> pd.Series:
        base = sqlite3.connect(":memory:")
        base.execute("attach ? as disk", (str(HERE / "prices.db"),))
        rows = base.execute("select day, close from disk.prices").fetchall()
        base.close()
        return pd.Series([close for _, close in rows], pd.DatetimeIndex([day for day, _ in rows]))


class Libcurl(Base):
    """Calls a port of this machine through compiled code; nobody has to answer."""

    def close(self) -> pd.Series:
        from curl_cffi import CurlError, requests

        try:
            answer = requests.get("http://127.0.0.1:9/prices.csv", timeout=0.1)
        except (CurlError, OSError):
            return pd.Series([1.0], pd.DatetimeIndex(["2019-01-02"]))
        return parsed(answer.text)
