"""The claims of articles, as whoever measured them hands them to their page."""

from __future__ import annotations

from reports.contract.manifest import ArticleJson, ClaimJson


class CheckedClaimJson(ClaimJson):
    """A claim with what its figures rest on."""

    basis: list[str]


class CheckedArticleJson(ArticleJson):
    """An article with its claims."""

    claims: list[CheckedClaimJson]
