"""One writer of files for every format that is read."""

from __future__ import annotations

from tests.support import mainland_files, vendor_files

WRITERS = {**vendor_files.WRITERS, **mainland_files.WRITERS}
"""By the name of the format; a new format gets all tests of formats by standing here."""
