"""The articles: when each could be read, what it claims, and the theses that follow from it.

One file an article. `ARTICLES` lists them in the order of their numbers.
"""

from newsfolio.articles.china_lags import CHINA_LAGS
from newsfolio.articles.east_rising import EAST_RISING
from newsfolio.articles.four_reports import FOUR_REPORTS
from newsfolio.articles.leaves_peers_behind import LEAVES_PEERS_BEHIND

ARTICLES = (LEAVES_PEERS_BEHIND, CHINA_LAGS, EAST_RISING, FOUR_REPORTS)

__all__ = ["ARTICLES", "CHINA_LAGS", "EAST_RISING", "FOUR_REPORTS", "LEAVES_PEERS_BEHIND"]
