"""The trial ledger: every run of every variant, failures too, in one append-only SQLite file.

The deflated Sharpe ratio needs the number of things that were tried. It is counted here, not
remembered.
"""

from backtests.records.ledger.counting import Tried
from backtests.records.ledger.ledger import Ledger
from backtests.records.ledger.trial import Trial, variant_of

__all__ = ["Ledger", "Trial", "Tried", "variant_of"]
