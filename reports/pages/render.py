"""What all pages share: the template environment, and how figures are put for people."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path
from typing import TypeAlias

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from newsfolio.blame import writable
from newsfolio.formatting import amount, chance, figure, moment, percent, ratio, signed

TEMPLATES = Path(__file__).parent.parent / "templates"

TemplateValues: TypeAlias = Mapping[str, object]
"""What a template asks for, by the names that it has for them; a missing one is an error."""

KINDS: Mapping[str, str] = {
    "held up": "good",
    "did not hold up": "bad",
    "cannot tell yet": "open",
    "simulated": "made",
}
"""How each word of a verdict looks; each has its own sign beside the colour."""


CLAIM_KINDS: Mapping[str, str] = {
    "holds": "good",
    "holds as corrected": "open",
    "fails": "bad",
    "open": "open",
    "untestable": "none",
    "simulated": "made",
}
"""The same of a claim, in the order of a summary."""


DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def render(template: str, values: TemplateValues) -> str:
    """A page from `templates/`: everything but Markup is escaped."""
    return writable(_environment().get_template(template).render(values))


def days(text: object) -> Markup:
    """Text whose days do not break at their hyphens."""
    return Markup(DAY.sub(r'<span class="day">\g<0></span>', str(escape(text))))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=CompiledTemplates("autoescape trim_blocks lstrip_blocks"),
    )
    environment.filters.update(
        percent=percent,
        ratio=ratio,
        amount=amount,
        moment=moment,
        signed=signed,
        chance=chance,
        figure=figure,
        days=days,
    )
    return environment


class CompiledTemplates(FileSystemBytecodeCache):
    """What jinja makes of templates, kept beside them as Python keeps its modules.

    Compiling takes half of the time of a page. options: those of the environment that it follows
    from.
    """

    def __init__(self, options: str, folder: Path = TEMPLATES) -> None:
        self.folder = Path(cache_from_source(str(folder / "page.py"))).parent
        digest = hashlib.sha256(options.encode()).hexdigest()[:12]
        super().__init__(str(self.folder), f"%s.{digest}.jinja")

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it; where that is not wanted or not possible, the next process compiles again."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)


def verbatim(name: str) -> Markup:
    """A style sheet or script of ours, to stand in a page as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8").strip())
