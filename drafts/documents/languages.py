"""Which language a text is in, as far as it is not English or Chinese: by its letters and words."""

from __future__ import annotations

import re

_SCRIPTS = {
    "Japanese": (re.compile(r"[\u3040-\u30ff]"), 0.05),
    "Korean": (re.compile(r"[\uac00-\ud7af]"), 0.2),
    "a language in Cyrillic letters": (re.compile(r"[\u0400-\u04ff]"), 0.2),
    "Greek": (re.compile(r"[\u0370-\u03ff]"), 0.2),
    "Hebrew": (re.compile(r"[\u0590-\u05ff]"), 0.2),
    "a language in Arabic letters": (re.compile(r"[\u0600-\u06ff]"), 0.2),
    "a language of India": (re.compile(r"[\u0900-\u0d7f]"), 0.2),
    "Thai": (re.compile(r"[\u0e00-\u0e7f]"), 0.2),
}
"""Letters with the share of all letters from which a text is in that language."""

_WORDS = {
    "German": "der und ist nicht ein eine mit auf für von dem den im um nach sich auch wie bei zu",
    "French": "le les des une est dans pour avec sur par du et qui que ne pas aux cette ses au",
    "Spanish": "el los las una es con por para que del se y lo más como su al este fue",
    "Portuguese": "os um uma com por para que do da não em no na dos mais ao foi pela são",
    "Italian": "il lo gli una con per che della nel sono di è le del alla anche più dei",
    "Dutch": "het een van en niet met voor op aan zijn dat te bij ook naar wordt door",
    "Polish": "w na się nie że jest z do oraz jak dla przez po ale",
    "Swedish": "och att det som en på är av för med till den inte har",
    "Turkish": "ve bir bu için ile olarak da de en daha çok gibi",
    "Indonesian": "yang dan di dengan untuk pada ini itu dari ke akan tidak dalam",
    "Vietnamese": "và của là có được trong cho với không các một những",
}
_ENGLISH = (
    "the of and to in a is that for on with as by at has its it this was are we from or will an "
    "have been would said than more"
)
_PATTERNS = {
    name: re.compile(rf"\b(?:{'|'.join(words.split())})\b", re.IGNORECASE)
    for name, words in (*_WORDS.items(), ("English", _ENGLISH))
}
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")

FEW = 3
"""Words of a language below which nothing is said of it."""

LONG = 60
"""Words from which English has to have some of its own."""


def foreign_language(text: str) -> str:
    """The language of a text where it is neither English nor Chinese, "" where it may be."""
    letters = len(_LETTER.findall(text))
    for name, (pattern, share) in _SCRIPTS.items():
        count = len(pattern.findall(text))
        if count >= FEW and count > share * letters:
            return name
    if len(_CHINESE.findall(text)) * 5 > len(text):
        return ""
    counts = {name: len(pattern.findall(text)) for name, pattern in _PATTERNS.items()}
    english = counts.pop("English")
    name = max(counts, key=lambda language: counts[language])
    if counts[name] >= FEW and counts[name] > 2 * english:
        return name
    words = len(_WORD.findall(text))
    return "another language" if words >= LONG and english < words / 12 else ""
