"""The claims of articles, as whoever measured them hands them to their page."""

from __future__ import annotations

from typing import TypedDict

from reports.contract.manifest import ArticleJson, ClaimJson


class CheckedClaimJson(ClaimJson):
    """A claim with what its figures rest on."""

    basis: list[str]


class CheckedArticleJson(ArticleJson):
    """An article with its claims."""

    claims: list[CheckedClaimJson]


class CheckedArticlesJson(TypedDict):
    """What lies beside a page of claims, for the scoreboard. checked: when, as ISO text in UTC."""

    format: int
    checked: str
    source: str
    simulated: bool
    articles: list[CheckedArticleJson]
