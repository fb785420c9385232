"""JSON values whose keys can be written as attributes, for whoever explores them in a notebook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar, cast

from newsfolio.formatting import figure

Document = TypeVar("Document")

FEW = 4
"""Values of a list that are shown."""


class Readable(dict[str, object]):
    """A dict that says `scored.sessions` for `["scored"]["sessions"]`, and completes its keys.

    A key that is also a method of dict, as `items`, is reached in brackets alone.
    """

    def __getattr__(self, name: str) -> object:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no {name!r} here, but {', '.join(self)}") from None

    def __repr__(self) -> str:
        """Its keys with their figures; what holds more is asked for by its own key."""
        return f"{{{', '.join(f'{key}: {_brief(value)}' for key, value in self.items())}}}"

    def __dir__(self) -> Iterable[str]:
        return [*super().__dir__(), *self]


def _brief(value: object) -> str:
    if isinstance(value, dict):
        return "{...}" if value else "{}"
    if isinstance(value, list) and (len(value) > FEW or any(map(_holds, value))):
        return f"[{len(value)} of them]"
    return figure(value) if isinstance(value, float) else repr(value)


def _holds(value: object) -> bool:
    return isinstance(value, dict | list)


def readable(document: Document) -> Document:
    """The same values, each dict in them Readable."""
    return cast(Document, _readable(document))


def _readable(value: object) -> object:
    if isinstance(value, dict):
        return Readable({key: _readable(part) for key, part in value.items()})
    return [_readable(part) for part in value] if isinstance(value, list) else value
