"""One writer of files for every format that is read."""

from __future__ import annotations

from tests.support import mainland_files, terminal_files, vendor_files

TEXTS = {**vendor_files.WRITERS, **mainland_files.WRITERS, **terminal_files.WRITERS}
"""Those that write one file of text."""
WRITERS = {**TEXTS, **terminal_files.TREES}
"""By the name of the format; a new format gets all tests of formats by standing here."""
