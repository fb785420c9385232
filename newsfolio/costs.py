"""What a broker charges, as its client knows it, in place of the venues' usual rates."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import NoReturn, TypeAlias, TypedDict, cast

from newsfolio.errors import CommandError
from newsfolio.venue import Kind

EXAMPLES = '10bp, "0.1% min 1 EUR", "0.005/share min 1 max 1%", "4.90 EUR + 0.25% max 69.90 EUR"'


@dataclass(frozen=True)
class Commission:
    """What an order is charged: `value` of what changes hands, `share` a share, `order` at once.

    The sum is at least `minimum` and at most `maximum`, and never more than `cap` of what changes
    hands. value and cap are fractions; money is in `currency`, "" for that of the line, converted
    at the last fixing before the day. Shares are counted as they traded.

    >>> Commission.read("0.1% min 1 EUR")
    Commission(value=0.001, share=0.0, order=0.0, minimum=1.0, maximum=inf, cap=inf, currency='EUR')
    """

    value: float = 0.0
    share: float = 0.0
    order: float = 0.0
    minimum: float = 0.0
    maximum: float = math.inf
    cap: float = math.inf
    currency: str = ""

    def __post_init__(self) -> None:
        for field in fields(self)[:-1]:
            number = getattr(self, field.name)
            bounded = field.name in ("maximum", "cap") or number != math.inf
            if not (_is_number(number) and number >= 0 and bounded):
                raise CommandError(f"commission: {field.name} {number!r}: give a number from 0 on")
            object.__setattr__(self, field.name, float(number))
        if self.minimum > self.maximum:
            raise CommandError(f"commission: min {self.minimum:g} is above max {self.maximum:g}")
        if not re.fullmatch("([A-Z]{3})?", self.currency):
            raise CommandError(f"commission: {self.currency!r} is no currency; write e.g. EUR")

    @property
    def in_money(self) -> bool:
        """Whether anything of it is an amount of `currency`."""
        return bool(self.share or self.order or self.minimum or self.maximum < math.inf)

    @classmethod
    def read(cls, text: str) -> Commission:
        """Of `10bp`, `0.1% min 1 EUR` and the like; CommandError for anything else."""
        return _Words(text).commission()

    def __str__(self) -> str:
        money = f" {self.currency}" if self.currency else ""
        parts = [f"{_figure(self.value * 100)}%"] * bool(self.value)
        parts += [f"{_figure(self.share)}{money}/share"] * bool(self.share)
        parts += [f"{_figure(self.order)}{money or '/order'}"] * bool(self.order)
        words = [" + ".join(parts) or "0%"]
        words += [f"min {_figure(self.minimum)}{money}"] * bool(self.minimum)
        words += [f"max {_figure(self.maximum)}{money}"] * (self.maximum < math.inf)
        words += [f"max {_figure(self.cap * 100)}%"] * (self.cap < math.inf)
        return " ".join(words)


CostsTable: TypeAlias = Mapping[str, "str | float | bool | CostsTable"]
"""Costs as plain values: terms, and tables of them by venue and kind."""


class CostTerms(TypedDict, total=False):
    """The terms of a table but those by venue and kind, before `Costs` has checked them."""

    commission: Commission | str
    half_spread: float | str
    taxes: bool
    custody: float | str


@dataclass(frozen=True)
class Costs:
    """Costs of one's own; what is None is as the tables of the venue and the line have it.

    commission: in place of the venue's; text is read as `--costs` reads it. half_spread: a fraction
    of the price, in place of line and price steps; text such as "5bp" too. taxes: False charges
    neither the taxes nor the market fees of the venue. custody: of the market value, a year, on
    top of the venue's. only: other terms by venue, kind or both ("XNYS", "etf", "XHKG etf"): the
    narrower wins, word for word.

    >>> Costs("0.1% min 1 EUR", only={"XNYS": Costs("0.005/share min 1 max 1%")}).of("XNYS", "etf")
    Costs(commission=Commission(value=0.0, share=0.005, order=0.0, minimum=1.0, maximum=inf, \
cap=0.01, currency=''), half_spread=None, taxes=None, custody=None, only=())
    """

    commission: Commission | str | None = None
    half_spread: float | str | None = None
    taxes: bool | None = None
    custody: float | str | None = None
    only: Mapping[str, Costs] | tuple[tuple[str, Costs], ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.commission, str):
            object.__setattr__(self, "commission", Commission.read(self.commission))
        elif not isinstance(self.commission, Commission | None):
            raise CommandError(f"commission {self.commission!r}: write one of {EXAMPLES}")
        for name in ("half_spread", "custody"):
            object.__setattr__(self, name, _fraction(name, getattr(self, name)))
        if not isinstance(self.taxes, bool | None):
            raise CommandError(f"taxes {self.taxes!r}: write true or false")
        pairs = self.only.items() if isinstance(self.only, Mapping) else self.only
        checked = {_place(str(key)): own for key, own in pairs}
        object.__setattr__(self, "only", tuple(sorted(checked.items())))

    @property
    def places(self) -> tuple[tuple[str, Costs], ...]:
        """The terms of `only`, by their keys."""
        return cast("tuple[tuple[str, Costs], ...]", self.only)

    @property
    def currencies(self) -> frozenset[str]:
        """Those that amounts of a commission are in, here and in `only`."""
        own = (terms.commission for terms in (self, *dict(self.places).values()))
        named = (
            commission.currency
            for commission in own
            if isinstance(commission, Commission) and commission.in_money
        )
        return frozenset(named) - {""}

    def of(self, venue: str, kind: str) -> Costs:
        """The terms of one kind of line on one venue, by the code of its calendar."""
        own = dict(self.places)
        merged = replace(self, only=())
        for key in (str(kind), venue, f"{venue} {kind}"):
            if key in own:
                merged = replace(merged, **_said(own[key]))
        return merged

    @classmethod
    def read(cls, table: Mapping[str, object], where: str = "costs") -> Costs:
        """From a table as TOML and `written` have it; CommandError names the key that is wrong."""
        return cls(**_terms(table, where), only=dict(_places(table, where)))

    def written(self) -> CostsTable:
        """The same as a table of plain values, which `read` reads back."""
        own = {
            name: _plain(value) if isinstance(value, Commission) else cast("str | float", value)
            for name, value in _said(self).items()
        }
        return {**own, **{key: costs.written() for key, costs in self.places}}

    def words(self) -> str:
        """The terms in one line."""
        says = [f"commission {self.commission}"] * (self.commission is not None)
        if self.half_spread is not None:
            says.append(f"half-spread {_figure(float(self.half_spread) * 1e4)} bp")
        says += ["no taxes and no market fees"] * (self.taxes is False)
        if self.custody:
            says.append(f"custody {_figure(float(self.custody) * 100)}% a year")
        return ", ".join(says)


TERMS = ("commission", "half_spread", "taxes", "custody")
_KINDS = tuple(kind.value for kind in Kind if kind not in (Kind.INDEX, Kind.CURRENCY))


def _said(costs: Costs) -> CostTerms:
    """The terms that are not None."""
    terms = {name: getattr(costs, name) for name in TERMS}
    return cast(CostTerms, {name: value for name, value in terms.items() if value is not None})


def _plain(commission: Commission) -> CostsTable:
    """What is not as by default."""
    usual = asdict(Commission())
    return {name: value for name, value in asdict(commission).items() if value != usual[name]}


def _terms(table: Mapping[str, object], where: str) -> CostTerms:
    """The terms that stand in a table itself."""
    terms = {name: table[name] for name in TERMS if name in table}
    if isinstance(own := terms.get("commission"), Mapping):
        names = [field.name for field in fields(Commission)]
        for name in own:
            if name not in names:
                raise CommandError(
                    f"{where}: commission has no {name}; it has {', '.join(names)}, "
                    f"or is text such as {EXAMPLES}"
                )
        terms["commission"] = Commission(**own)
    read = cast(CostTerms, terms)
    try:
        Costs(**read)
    except CommandError as error:
        raise CommandError(f"{where}: {error}") from None
    return read


def _places(table: Mapping[str, object], where: str) -> list[tuple[str, Costs]]:
    """Tables within a table, by venue and kind: [XNYS], [etf], [XNYS.etf]."""
    places = []
    for key, value in table.items():
        if key in TERMS:
            continue
        if not isinstance(value, Mapping):
            raise CommandError(
                f"{where}: {key} is no term; there are {', '.join(TERMS)}, and tables by venue "
                "and kind: [XNYS], [etf], [XNYS.etf]"
            )
        place = _place(key, where)
        inner = {name: value[name] for name in value if name in TERMS}
        deeper = [(name, value[name]) for name in value if name not in TERMS]
        places += [(place, Costs(**_terms(inner, f"{where}, [{key}]")))] * bool(inner)
        for name, terms in deeper:
            both = _place(f"{key} {name}", where)
            if not isinstance(terms, Mapping) or any(word not in TERMS for word in terms):
                raise CommandError(f"{where}: [{key}.{name}] has the terms {', '.join(TERMS)}")
            places.append((both, Costs(**_terms(terms, f"{where}, [{key}.{name}]"))))
    return places


def _place(key: str, where: str = "costs") -> str:
    """A key of `only`, checked."""
    venue, _, kind = key.partition(" ")
    if key in _KINDS or (re.fullmatch("[A-Z0-9/]{4}", venue) and (not kind or kind in _KINDS)):
        return key
    raise CommandError(
        f"{where}: {key!r} names no venue and no kind; write the code of a calendar (XNYS), "
        f"a kind ({', '.join(_KINDS)}), or both; `newsfolio venues` lists the codes"
    )


def _fraction(name: str, value: float | str | None) -> float | None:
    match = re.fullmatch(rf"\s*({_NUMBER})\s*(bp|%)\s*", value) if isinstance(value, str) else None
    number = float(match[1]) / _PER[match[2]] if match else value
    if number is None or (_is_number(number) and 0 <= float(number) < 1):
        return number if number is None else float(number)
    raise CommandError(f'{name} {value!r}: write a fraction, "5bp" or "0.05%"')


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _figure(value: float) -> str:
    """A number without the noise of a float."""
    return f"{value:.10g}"


# --- the written form of a commission ----------------------------------------------------------

_NUMBER = r"\d+(?:\.\d+)?|\.\d+"
_PER = {"bp": 10_000.0, "%": 100.0}
_TOKEN = re.compile(
    rf"\s*(?:(?P<number>{_NUMBER})|(?P<unit>bp|%)|(?P<per>/\s*(?:share|order))"
    r"|(?P<bound>min|max)|(?P<currency>[A-Z]{3})|(?P<plus>\+))"
)


class _Words:
    """A commission from left to right: amounts joined by +, then min and max."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._words: list[tuple[str, str]] = []
        place = 0
        while place < len(text.rstrip()):
            match = _TOKEN.match(text, place)
            if not match:
                self._refuse(text[place:].strip())
            self._words.append((str(match.lastgroup), match[str(match.lastgroup)]))
            place = match.end()
        self._currencies = {word for kind, word in self._words if kind == "currency"}
        if len(self._currencies) > 1:
            raise CommandError(f"costs {text!r}: one commission has one currency")
        self._words = [word for word in self._words if word[0] != "currency"]

    def commission(self) -> Commission:
        """All of it, or CommandError."""
        terms: dict[str, float] = {}
        while True:
            name, amount = self._amount()
            self._set(terms, name, amount)
            if not self._take("plus"):
                break
        while bound := self._take("bound"):
            name, amount = self._amount(bounded=True)
            if name == "share" or (bound, name) == ("min", "value"):
                self._refuse(bound)
            self._set(terms, {"min": "minimum"}.get(bound) or _BOUNDS[name], amount)
        if self._words:
            self._refuse(self._words[0][1])
        return Commission(**terms, currency="".join(self._currencies))

    def _amount(self, bounded: bool = False) -> tuple[str, float]:
        """A number and what it counts; a bound may leave the currency to the line."""
        number = self._take("number")
        if not number:
            self._refuse(self._words[0][1] if self._words else "the end")
        if unit := self._take("unit"):
            return "value", float(number) / _PER[unit]
        per = self._take("per")
        if not (per or self._currencies or float(number) == 0 or bounded):
            raise CommandError(
                f"costs {self.text!r}: {number} of what? "
                f"Write {number}bp, {number}% or {number} EUR"
            )
        return ("share" if per.endswith("share") else "order"), float(number)

    def _set(self, terms: dict[str, float], name: str, amount: float) -> None:
        if name in terms:
            raise CommandError(f"costs {self.text!r}: {name} stands there twice")
        terms[name] = amount

    def _take(self, kind: str) -> str:
        """The next word if it is of a kind, or else ""."""
        return self._words.pop(0)[1] if self._words and self._words[0][0] == kind else ""

    def _refuse(self, word: str) -> NoReturn:
        raise CommandError(
            f"costs {self.text[:60]!r}: {word[:20]!r} is not understood there; write one of "
            f"{EXAMPLES}, a TOML file, venue or none"
        )


_BOUNDS = {"order": "maximum", "value": "cap"}
