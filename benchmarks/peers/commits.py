"""newsfolio as it was at a commit, in an environment of its own: `speed.py --against COMMIT`."""

from __future__ import annotations

import io
import site
import subprocess
import sys
import tarfile
import venv
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.crew import ROOT, Home, NotHere, last_line


def home_at(commit: str, module: str, folder: Path) -> Home:
    """That commit's files, its benchmarks among them, compiled; NotHere where that fails.

    The environment borrows what newsfolio depends on from this one: the same pandas for both.
    """
    root, place = folder / "then", folder / "then-env"
    archive = _answer(["git", "-C", str(ROOT), "archive", "--format=tar", commit])
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(root, filter="data")
    venv.create(place, with_pip=True)
    python = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    own = _answer([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    borrowed = [entry for entry in sys.path if "site-packages" in entry] or site.getsitepackages()
    (Path(own.decode().strip()) / "borrowed.pth").write_text("\n".join(borrowed) + "\n")
    _answer([str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--editable", str(root)])
    return Home(str(python), module, root)


def _answer(command: Sequence[str]) -> bytes:
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise NotHere(last_line(done.stderr.decode(errors="replace")))
    return done.stdout
