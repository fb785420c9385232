"""Who is quoted in a sentence: a person or a house before or after a verb of saying."""

from __future__ import annotations

import re

_NAME = r"(?:[A-Z][\w'’&-]+|[A-Z]\.)(?:\s(?:[A-Z][\w'’&-]+|[A-Z]\.|of|de|van|von)){0,4}"
_SAYS = (
    r"(?:said|says|stated|states|noted|notes|wrote|writes|told|warned|warns|argued|argues|expects?|"
    r"estimates?|predicts?|predicted|observed|highlights|confirms|pointed out|forecasts?|"
    r"sees?|believes?|stressed|emphasized|raised|lifted|cut)"
)
_PATTERNS = (
    re.compile(
        rf"(?P<name>{_NAME})(?:,[^,.;]{{3,90}},|\s\([^)]*\))?\s(?:also |even |recently )?{_SAYS}\b"
    ),
    re.compile(rf"(?:according to|,[\"”]? (?:said|says|wrote|added))\s(?P<name>{_NAME})"),
    re.compile(rf"(?P<name>{_NAME}),[^.;“\"]{{3,120}}[:,]\s?[“\"]"),
)
_NOBODY = {
    "He", "She", "It", "They", "We", "The", "This", "That", "These", "Those", "Analysts",
    "Investors", "In", "On", "At", "But", "And", "Strategists", "Traders", "Markets", "Who", "Her",
    "His",
}  # fmt: skip


def speaker_of(text: str) -> str:
    """The name of who says it; "" where nobody is named."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            words = match["name"].split()
            while words and words[0] in _NOBODY:
                words = words[1:]
            while words and words[-1] in ("of", "de", "van", "von"):
                words = words[:-1]
            if words:
                return " ".join(words)[:60].removesuffix("'s").removesuffix("’s")
    return ""
