# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The desk in machine code: the rules of desk.py, sizing.py, custody.py and book.py, line by line.

Every expression has the order of its Python twin and every sum is exact (`math.fsum`), so that
what it puts out is the same to the last bit. Without impact and participation limit only.
"""

cimport cython
from cpython.dict cimport PyDict_Next
from cpython.ref cimport PyObject
from cython cimport view
from libc.math cimport INFINITY, NAN, ceil, copysign, fabs, floor, nextafter
from libc.stdlib cimport free, realloc

import numpy as np

cdef double FILLED = 1e-12  # book.DUST
cdef double SENT = 1e-9  # sizing.DUST
cdef double ROUNDING = 1e-9  # sizing.ROUNDING
cdef double STEP = 1e-9  # markets.costs.models.DUST
cdef double STAR_MINIMUM = 200.0
cdef int ROUNDS = 20
cdef double YEAR = 360.0
cdef double EPSILON = 2.0 ** -52

cdef int DIVIDEND = 0, WITHHOLDING = 1, ADR_FEE = 2, INTEREST = 3, CREDIT = 4, CARRY = 5
cdef int DELISTING = 6

cdef enum:
    VALUE, SHARES, ORDER  # what a charge is of

NO_CASH, DELISTED = "not enough cash and credit at the open", "delisted"


def _check(fits):
    if not fits:
        raise ValueError("arrays that do not belong together")


def _below(const long long[::1] places, Py_ssize_t end):
    cdef Py_ssize_t place
    for place in range(places.shape[0]):
        if places[place] >= end:
            return False
    return True


include "exact_sums.pxi"
include "valuation.pxi"
include "buffers.pxi"


cdef struct Quote:
    double price, rate, fee, slippage


@cython.final
cdef class Core:
    """Runs on one market, one after the other. `rules` is a rules.Rules: what the arrays are.

    fills, events: of all runs, as fills.Rows has them. decisions: session, and the place of its
    answer in `answers` or in the table, -1 where the account was wound up. ends: of each run.
    """

    cdef readonly Log fills, events, decisions
    cdef readonly list answers, ends
    cdef list lapses
    cdef double cash, capital, debt
    cdef Py_ssize_t touched, decided
    cdef long long ruined, indebted
    cdef Py_ssize_t lines, first, last_session
    cdef bint spent, fractional, waits, foreign, charged, has_holding
    cdef double tolerance, net, band
    cdef const double[:, ::1] opens, last, before, rate, worth, later, dividend
    cdef const unsigned char[:, ::1] fillable
    cdef const unsigned char[::1] paying, star
    cdef const double[::1] credit, debit, days, adr_fee, borrow
    cdef const long long[::1] ordinal, year
    cdef const long long[::1] series_at, starts
    cdef const double[::1] values_
    cdef const long long[::1] spread, lot, holding, withholding, bought, sold, tick
    cdef const long long[::1] charges_at, basis
    cdef const double[::1] charge_rate, least, most, step
    cdef const double[:, ::1] bounds, ticks
    cdef const long long[::1] group_at, group
    cdef dict pays_off
    cdef object payoff
    cdef double[::1] units, size, goal, wanted, asked, weight, covers, fits, sent, scratch, amounts
    cdef double[::1] flow, due, rest
    cdef Py_ssize_t flows
    cdef unsigned char[::1] ordered, weighted
    cdef long long[::1] adr_year, sells, buys
    cdef Py_ssize_t sells_count, buys_count
    cdef double[:, ::1] found
    cdef long long[:, ::1] found_on
    cdef Quote* quotes
    cdef Py_ssize_t waiting

    def __cinit__(self):
        self.quotes = NULL

    def __dealloc__(self):
        free(self.quotes)

    def __init__(self, rules, double cash):
        self._read(rules)
        self.capital = cash
        self.fills, self.events, self.decisions = Log(7), Log(4), Log(2)
        self.answers, self.ends = [], []
        self.units, self.size, self.goal = (np.zeros(self.lines) for _ in range(3))
        self.wanted, self.weight, self.covers = (np.zeros(self.lines) for _ in range(3))
        self.fits, self.sent, self.asked = (np.zeros(self.lines) for _ in range(3))
        self.scratch, self.rest = np.zeros(self.lines + 1), np.zeros(self.lines + 1)
        self.flow, self.due = np.zeros(2 * self.lines + 1), np.zeros(2 * self.lines + 1)
        self.flows = 0
        self.amounts = np.zeros(len(rules.basis) + 1)
        self.ordered, self.weighted = (np.zeros(self.lines, dtype=np.uint8) for _ in range(2))
        self.adr_year = np.zeros(self.lines, dtype=np.int64)
        self.sells, self.buys = (np.zeros(self.lines, dtype=np.int64) for _ in range(2))
        self.found = np.zeros((2, len(rules.series_at)))
        self.found_on = np.full((2, len(rules.series_at)), -1, dtype=np.int64)
        self.quotes = <Quote*>realloc(NULL, max(1, self.lines) * sizeof(Quote))
        if self.quotes == NULL:
            raise MemoryError

    def _read(self, rules):
        self.opens, self.last, self.before = rules.open, rules.last, rules.rate_before
        self.rate, self.worth, self.later = rules.rate, rules.worth, rules.later
        self.dividend, self.fillable, self.paying = rules.dividend, rules.fillable, rules.paying
        self.credit, self.debit, self.days = rules.credit, rules.debit, rules.days
        self.ordinal, self.year = rules.ordinal, rules.year
        self.series_at, self.starts, self.values_ = rules.series_at, rules.starts, rules.values
        self.spread, self.lot, self.holding = rules.spread, rules.lot, rules.holding
        self.withholding, self.bought, self.sold = rules.withholding, rules.bought, rules.sold
        self.tick, self.star = rules.tick, rules.star
        self.adr_fee, self.borrow = rules.adr_fee, rules.borrow
        self.charges_at, self.basis = rules.charges_at, rules.basis
        _check(_below(self.basis, ORDER + 1))
        self.charge_rate, self.least = rules.charge_rate, rules.least
        self.most, self.step = rules.most, rules.step
        self.bounds, self.ticks = rules.bounds, rules.ticks
        self.group_at, self.group = rules.group_at, rules.group
        self.pays_off, self.payoff = rules.pays_off, rules.payoff
        self.first, self.last_session = rules.first, self.opens.shape[0] - 1
        self.lines = self.opens.shape[1]
        self.fractional, self.waits, self.foreign = rules.fractional, rules.waits, rules.foreign
        self.charged, self.has_holding = rules.charged, rules.has_holding
        self.tolerance = rules.tolerance

    # The clock

    def run(self, decide, const unsigned char[::1] marks, const long long[::1] stops,
             double band=-1.0):
        """Turn the clock from the first session to the last.

        decide: answers weights by column for the close of a session, or None. marks: (T,) whether
        a decision is due. stops: sessions that matter whatever is held. band: the drift at which
        the strategy is asked too; negative: none.
        """
        cdef Py_ssize_t session = self.first, stop = 0
        _check(len(marks) == self.last_session + 1 and _below(stops, len(marks)))
        self.band = band
        self._begin()
        self._close(session, decide, marks)
        while session < self.last_session:
            session = self._turn(session, stops, &stop)
            self._open(session)
            self._close(session, decide, marks)
        self._end()

    def run_tables(self, const double[:, :, ::1] weights, const unsigned char[:, ::1] asked,
                    const long long[::1] row, const long long[::1] stops):
        """As `run`, K runs with all decisions known: (K, D, N) weights, zeros are not wanted.

        asked: (K, D) whether there was an answer. row: (T,) of each session in them, or -1.
        """
        cdef Py_ssize_t run, session, stop
        _check(len(asked) == len(weights) and asked.shape[1] == weights.shape[1]
               and weights.shape[2] == self.lines and len(row) == self.last_session + 1
               and _below(row, weights.shape[1]) and _below(stops, len(row)))
        self.band = -1.0
        for run in range(weights.shape[0]):
            session, stop = self.first, 0
            self._begin()
            self._close_table(session, weights[run], asked[run], row)
            while session < self.last_session:
                session = self._turn(session, stops, &stop)
                self._open(session)
                self._close_table(session, weights[run], asked[run], row)
            self._end()

    cdef int _begin(self) except -1:
        if self.spent or self.fills.handed or self.events.handed or self.decisions.handed:
            raise ValueError("a core whose run failed, or whose runs were handed over")
        self.spent = True
        self.cash, self.touched = self.capital, self.first
        self.ruined = self.indebted = -1
        self.debt = self.net = 0.0
        self.waiting, self.decided, self.lapses = 0, self.decisions.count, []
        self.units[:] = 0.0
        self.size[:] = 0.0
        self.goal[:] = 0.0
        self.ordered[:] = 0
        self.adr_year[:] = -1

    cdef int _end(self) except -1:
        self.spent = False
        self.ends.append((
            self.fills.count, self.events.count, self.decisions.count, self.lapses,
            [(column, self.size[column]) for column in range(self.lines) if self.ordered[column]],
            (self.indebted, self.debt) if self.indebted >= 0 else None,
            self.ruined if self.ruined >= 0 else None,
        ))

    cdef Py_ssize_t _turn(self, Py_ssize_t session, const long long[::1] stops,
                          Py_ssize_t* stop) noexcept:
        """The next session on which anything can happen; `stop`: the place in `stops` so far."""
        if self.band >= 0 or self.waiting or self._carries():
            return session + 1
        while stop[0] < stops.shape[0] and stops[stop[0]] <= session:
            stop[0] += 1
        return stops[stop[0]] if stop[0] < stops.shape[0] else self.last_session

    def equity(self, Py_ssize_t session):
        return self._equity(session)

    def values(self, Py_ssize_t session):
        """(N,) base-currency value of what is held at the close of `session`."""
        found = np.zeros(self.lines)
        cdef double[::1] value = found
        cdef Py_ssize_t column
        for column in range(self.lines):
            value[column] = self._value(session, column)
        return found

    # Closes

    cdef int _close(self, Py_ssize_t session, decide,
                    const unsigned char[::1] marks) except -1:
        cdef Py_ssize_t column, place
        cdef Wanted plain
        if self.ruined >= 0:
            return 0
        if self._equity(session) <= 0:
            return self._wind_up(session)
        if not (marks[session] or (self.band >= 0 and self._drifted(session))):
            return 0
        self._accrue(session)
        wanted = decide(session)
        if wanted is None:
            return 0
        self.weighted[:] = 0
        if type(wanted) is Wanted:
            plain = wanted
            for place in range(plain.count):
                self._want(plain.columns[place], plain.weights[place])
        else:
            for column, weight in wanted.items():
                self._want(column, weight)
        self.answers.append(wanted)
        self._decide(session, len(self.answers) - 1)
        return 0

    cdef inline int _want(self, Py_ssize_t column, double weight) except -1:
        if not 0 <= column < self.lines:
            _check(False)
        self.weighted[column] = 1
        self.weight[column] = weight
        return 0

    cdef int _close_table(self, Py_ssize_t session, const double[:, ::1] weights,
                          const unsigned char[::1] asked, const long long[::1] row) except -1:
        cdef Py_ssize_t column, place
        if self.ruined >= 0:
            return 0
        if self._equity(session) <= 0:
            return self._wind_up(session)
        place = row[session]
        if place < 0:
            return 0
        self._accrue(session)
        if not asked[place]:
            return 0
        for column in range(self.lines):
            self.weighted[column] = weights[place, column] != 0.0
            self.weight[column] = weights[place, column]
        self._decide(session, place)
        return 0

    cdef int _wind_up(self, Py_ssize_t session) except -1:
        self.ruined = session
        self._accrue(session)
        self.weighted[:] = 0
        self._decide(session, -1)
        return 0

    cdef bint _drifted(self, Py_ssize_t session):
        cdef Py_ssize_t column
        cdef double equity, gap, largest = 0.0
        if self.decisions.count == self.decided or self.waiting:
            return False
        equity = self._equity(session)
        for column in range(self.lines):
            gap = fabs(self._value(session, column) / equity - self.goal[column])
            largest = larger(largest, gap)
        return largest > self.band

    cdef int _decide(self, Py_ssize_t session, Py_ssize_t place) except -1:
        """From weights to orders; they replace what still waits. place: of the answer."""
        cdef Py_ssize_t column
        cdef double* row = self.decisions.next()
        cdef double equity = self._equity(session)
        cdef Py_ssize_t count = 0
        cdef double size
        row[0], row[1] = session, place
        self._size(session, equity)
        self.waiting = 0
        for column in range(self.lines):
            size = self.wanted[column] - self.units[column]
            self.size[column] = size if self.ordered[column] else 0.0
            self.waiting += self.ordered[column]
            self.scratch[count] = self.weight[column]
            count += self.weighted[column]
        self.net = row_sum(0.0, &self.scratch[0], count)
        if self.band >= 0:
            for column in range(self.lines):
                self.goal[column] = 0.0
                if self.weighted[column]:
                    self.goal[column] = self.wanted[column] * self.worth[session, column] / equity
        return 0

    # Sizes

    cdef int _size(self, Py_ssize_t session, double equity) except -1:
        """Units wanted, and whether to order them.

        What trading costs is kept aside, the highest estimate so far.
        """
        cdef Py_ssize_t column, place
        cdef int turn
        cdef double cost = 0.0, needed, goal, held
        for turn in range(ROUNDS):
            self.sells_count = self.buys_count = 0
            for column in range(self.lines):
                held, goal = self.units[column], 0.0
                if self.weighted[column]:
                    goal = self._lot(column, session, self.weight[column] * (equity - cost)
                                     / self.worth[session, column])
                if turn and goal == self.wanted[column]:
                    continue  # most lots stay as they were
                self.wanted[column], self.asked[column] = goal, 0.0
                self.ordered[column] = self._moves(session, column, goal, held, equity)
                self._line_up(column, goal - held, self.ordered[column])
            for place in range(self.sells_count):
                self._ask(self.sells[place], session)
            for place in range(self.buys_count):
                self._ask(self.buys[place], session)
            needed = row_sum(0.0, &self.asked[0], self.lines)
            if needed <= cost:
                break
            cost = smaller(needed, equity)
        return 0

    cdef inline void _ask(self, Py_ssize_t column, Py_ssize_t session) noexcept:
        """What an order is expected to cost."""
        cdef Quote quote = self._estimate(
            column, session, self.wanted[column] - self.units[column])
        self.asked[column] = quote.fee + quote.slippage

    cdef inline void _line_up(self, Py_ssize_t column, double size, bint ordered) noexcept:
        """Among the sells or the buys, without a branch: no processor foresees which."""
        self.sells[self.sells_count] = self.buys[self.buys_count] = column
        self.sells_count += ordered & (size < 0)
        self.buys_count += ordered & (size > 0)

    cdef inline bint _moves(self, Py_ssize_t session, Py_ssize_t column, double goal, double held,
                            double equity) noexcept:
        # `&` and `|` for the same reason.
        return ((fabs(goal - held) > ROUNDING * larger(fabs(goal), fabs(held)))
                & ((goal == 0.0) | self._worth_sending(column, session, goal - held, equity)))

    cdef inline bint _worth_sending(self, Py_ssize_t column, Py_ssize_t session, double size,
                                    double equity) noexcept:
        if self.fractional:
            return fabs(size) * self.worth[session, column] > SENT * equity
        if self.star[column] and size > 0:
            return size >= STAR_MINIMUM * self.later[session, column]
        return True

    cdef inline double _lot(self, Py_ssize_t column, Py_ssize_t session, double units) noexcept:
        """`units` towards zero to whole lots."""
        cdef double later, lot, whole
        if self.fractional:
            return units
        later = self.later[session, column]
        lot = later if self.star[column] else self._at(self.lot[column], session) * later
        whole = floor(fabs(units) / lot + 1e-9) * lot
        if self.star[column] and whole < STAR_MINIMUM * later:
            return 0.0
        return copysign(whole, units)

    cdef inline Quote _estimate(self, Py_ssize_t column, Py_ssize_t session,
                                double quantity) noexcept:
        return self._quote(column, session, quantity, self.last[session, column],
                           self.rate[session, column])

    cdef inline Quote _quoted(self, Py_ssize_t column, Py_ssize_t session,
                              double quantity) noexcept:
        return self._quote(column, session, quantity, self.opens[session, column],
                           self.before[session, column])

    cdef inline Quote _quote(self, Py_ssize_t column, Py_ssize_t session, double quantity,
                             double price, double rate) noexcept:
        cdef double later = self.later[session, column]
        cdef double off = self._half_spread(column, session, price * later)
        cdef Quote found
        found.price = price * (1 + (off if quantity > 0 else -off))
        found.rate = rate
        found.fee = self._fee(column, session, quantity / later, fabs(quantity) * found.price)
        found.fee = found.fee * rate
        found.slippage = fabs(quantity) * price * off * rate
        return found

    # Costs

    cdef inline double _at(self, Py_ssize_t series, Py_ssize_t session) noexcept:
        """The value in force on the day of a session; of two neighbours it is remembered."""
        cdef Py_ssize_t slot = session & 1, place
        cdef long long day
        if self.found_on[slot, series] != session:
            place = self.series_at[series + 1] - 1
            day = self.ordinal[session]
            while self.starts[place] > day:
                place -= 1
            self.found[slot, series] = self.values_[place]
            self.found_on[slot, series] = session
        return self.found[slot, series]

    cdef inline double _half_spread(self, Py_ssize_t column, Py_ssize_t session,
                                    double price) noexcept:
        cdef double own
        cdef Py_ssize_t table, place = 0
        if not self.charged:
            return 0.0
        own = self._at(self.spread[column], session)
        if self.tick[column] < 0:
            return own
        table = <Py_ssize_t>self._at(self.tick[column], session)
        while place < self.bounds.shape[1] and self.bounds[table, place] < price - STEP:
            place += 1
        return larger(self.ticks[table, place] / 2 / price, own)

    cdef inline double _fee(self, Py_ssize_t column, Py_ssize_t session, double shares,
                            double value) noexcept:
        cdef Py_ssize_t charges, place, count = 0
        cdef double amount
        cdef double[3] bases
        if shares == 0 or not self.charged:
            return 0.0
        charges = <Py_ssize_t>self._at(
            self.sold[column] if shares < 0 else self.bought[column], session)
        bases[VALUE], bases[SHARES], bases[ORDER] = value, fabs(shares), 1.0
        for place in range(self.charges_at[charges], self.charges_at[charges + 1]):
            amount = self.charge_rate[place] * bases[self.basis[place]]
            amount = larger(amount, self.least[place])
            amount = smaller(amount, self.most[place])
            if self.step[place] != 0.0:
                amount = self.step[place] * ceil(amount / self.step[place] - STEP)
            self.amounts[count] = amount
            count += 1
        return row_sum(0.0, &self.amounts[0], count)

    # Opens

    cdef int _open(self, Py_ssize_t session) except -1:
        cdef Py_ssize_t place
        cdef double equity
        if not (self.waiting or self.paying[session] or self._carries()):
            return 0
        self._accrue(session)
        if session in self.pays_off:
            self._pay_off(session)
        if self.paying[session]:
            self._dividends(session)
        if self.waiting:
            equity = self._equity_before(session)
            for place in range(self.group_at.shape[0] - 1):
                self._trade(session, self.group_at[place], self.group_at[place + 1], equity)
                self._note_debt(session)
        self._note_debt(session)
        return 0

    cdef int _trade(self, Py_ssize_t session, Py_ssize_t start, Py_ssize_t end,
                    double equity) except -1:
        """Sells, then as many buys as the allowed debt carries."""
        cdef Py_ssize_t place, column
        cdef double size
        self.sells_count = self.buys_count = 0
        for place in range(start, end):
            column = self.group[place]
            self._line_up(column, self.size[column],
                          self.ordered[column] & self.fillable[session, column])
        for place in range(self.sells_count):
            column = self.sells[place]
            size = self.size[column]
            self._execute(session, column, size, self._quoted(column, session, size))
        self._settle()
        if self.buys_count:
            self._buy(session, equity)
        return 0

    cdef int _buy(self, Py_ssize_t session, double equity) except -1:
        """Covers in full; the rest by one factor, as far as cash and credit go."""
        cdef Py_ssize_t place, column, count = self.buys_count
        cdef double size, price, spare, purse, factor = 1.0
        cdef Quote* quote
        for place in range(count):
            column = self.buys[place]
            size = self.size[column]
            if not self._worth_sending(column, session, size, 0.0):
                size = 0.0
            self.sent[place] = size
            self.covers[place] = smaller(size, larger(0.0, -self.units[column]))
            quote = &self.quotes[place]
            quote[0] = self._quoted(column, session, size)
            price = quote.price * quote.rate
            self.due[2 * place] = quote.fee
            self.due[2 * place + 1] = self.covers[place] * price
            self.rest[place] = (size - self.covers[place]) * price
        spare = row_sum(0.0, &self.rest[0], count)
        purse = (self.cash + self._allowed_debt(session, equity)
                 - row_sum(0.0, &self.due[0], 2 * count))
        if not spare <= larger(purse, 0.0):
            factor = larger(0.0, purse / spare)
        for place in range(count):
            column = self.buys[place]
            size = self.sent[place]
            if factor != 1.0:
                size = self.covers[place] + self._lot(
                    column, session, factor * (size - self.covers[place]))
                self.quotes[place] = self._quoted(column, session, size)
            self.fits[place] = size
            self._execute(session, column, size, self.quotes[place])
        self._settle()
        for place in range(count):
            column = self.buys[place]
            if self.ordered[column] and self.fits[place] < self.sent[place]:
                self._cut(session, column, self.sent[place] - self.fits[place])
        return 0

    cdef int _execute(self, Py_ssize_t session, Py_ssize_t column, double quantity,
                      Quote quote) except -1:
        """Book one execution, and take it off its order."""
        cdef double left
        cdef double* row
        if quantity == 0.0:
            return 0
        row = self.fills.next()
        row[0], row[1], row[2], row[3] = session, column, quantity, quote.price
        row[4], row[5], row[6] = quote.rate, quote.fee, quote.slippage
        self.flow[self.flows] = -quantity * quote.price * quote.rate
        self.flow[self.flows + 1] = -quote.fee
        self.flows += 2
        left = self.units[column] + quantity
        self.units[column] = 0.0 if fabs(left) <= FILLED * fabs(quantity) else left
        left = self.size[column] - quantity
        if fabs(left) <= FILLED * fabs(quantity):
            self._drop(column)
        else:
            self.size[column] = left
        return 0

    cdef void _settle(self) noexcept:
        """Into cash goes what was executed together."""
        self.cash = row_sum(self.cash, &self.flow[0], self.flows)
        self.flows = 0

    cdef int _cut(self, Py_ssize_t session, Py_ssize_t column, double size) except -1:
        """What credit did not carry lapses; in a cash account it waits for the sells."""
        cdef Py_ssize_t other
        cdef double left
        if self.waits:
            for other in range(self.lines):
                if self.ordered[other] and self.size[other] < 0:
                    return 0
        left = self.size[column] - size
        if left > FILLED * size:
            self.size[column] = left
        else:
            self._drop(column)
        self.lapses.append((session, column, size, NO_CASH))
        return 0

    cdef inline void _drop(self, Py_ssize_t column) noexcept:
        self.ordered[column] = 0
        self.size[column] = 0.0
        self.waiting -= 1

    cdef double _allowed_debt(self, Py_ssize_t session, double equity) noexcept:
        cdef double borrowed = larger(0.0, self.net - 1) * equity
        cdef Py_ssize_t column, count = 0
        cdef double size
        cdef double[2] parts
        cdef Quote quote
        if self.waits:
            return borrowed
        for column in range(self.lines):
            size = self.size[column]
            if size < 0:
                quote = self._estimate(column, session - 1, size)
                self.scratch[count] = -size * quote.price * quote.rate - quote.fee
                count += 1
        parts[0] = row_sum(0.0, &self.scratch[0], count)
        parts[1] = self.tolerance * larger(equity, 0.0)
        return row_sum(borrowed, parts, 2)

    cdef void _note_debt(self, Py_ssize_t session) noexcept:
        if self.cash < 0 and (self.indebted < 0 or -self.cash > self.debt):
            self.indebted, self.debt = session, -self.cash

    # Cash and custody

    cdef double _over(self, Py_ssize_t start, Py_ssize_t end, double balance) noexcept:
        if balance >= 0:
            return self.credit[end] / self.credit[start]
        return self.debit[end] / self.debit[start]

    cdef inline double _value(self, Py_ssize_t session, Py_ssize_t column) noexcept:
        cdef double units = self.units[column]
        return units * self.worth[session, column] if units != 0.0 else 0.0

    cdef double _equity(self, Py_ssize_t session) noexcept:
        return self._total(session, self.cash * self._over(self.touched, session, self.cash))

    cdef double _equity_before(self, Py_ssize_t session) noexcept:
        return self._total(session - 1, self.cash)

    cdef double _total(self, Py_ssize_t session, double cash) noexcept:
        cdef Py_ssize_t column, count = 0
        cdef double units
        for column in range(self.lines):
            units = self.units[column]
            if units != 0.0:
                self.scratch[count] = units * self.worth[session, column]
                count += 1
        return row_sum(cash, &self.scratch[0], count)

    cdef bint _carries(self) noexcept:
        cdef Py_ssize_t column
        if self.cash < 0:
            return True
        for column in range(self.lines):
            if self.units[column] < 0:
                return True
            if self.units[column] > 0 and self._holding(column) != 0.0:
                return True
        return False

    cdef double _holding(self, Py_ssize_t column) noexcept:
        if not self.has_holding or self.holding[column] < 0:
            return 0.0
        return self._at(self.holding[column], self.touched)

    cdef int _post(self, Py_ssize_t session, int why, Py_ssize_t column, double amount,
                   Sum* total) except -1:
        cdef double* row
        if amount == 0.0 and why != DELISTING:
            return 0
        row = self.events.next()
        row[0], row[1], row[2], row[3] = session, why, column, amount
        add(total, amount)
        return 0

    cdef int _accrue(self, Py_ssize_t session) except -1:
        """Interest since the last touch; borrow and holding fees of the last session's values."""
        cdef Py_ssize_t column
        cdef double value, short, free_, earned, collateral, years, rate
        cdef Sum total, shorts
        if session == self.touched:
            return 0
        shorts.count = total.count = 0
        for column in range(self.lines):
            value = self._value(session - 1, column)
            if value < 0:
                add(&shorts, value)
        short = -rounded(&shorts)
        free_ = self.cash - short
        earned = free_ * (self._over(self.touched, session, free_) - 1)
        collateral = short * (self._over(self.touched, session, 1.0) - 1)
        add(&total, self.cash)
        self._post(session, CREDIT if free_ < 0 else INTEREST, -1, earned + collateral, &total)
        if self._carries():
            years = self.days[session] / YEAR
            for column in range(self.lines):
                value = self._value(session - 1, column)
                rate = 0.0
                if value < 0:
                    rate = self.borrow[column]
                elif value > 0:
                    rate = self._holding(column)
                if rate != 0.0:
                    self._post(session, CARRY, column, -(fabs(value) * rate * years), &total)
        self.cash = rounded(&total)
        self.touched = session
        return 0

    cdef int _pay_off(self, Py_ssize_t session) except -1:
        cdef Py_ssize_t column
        cdef Sum total
        for column in self.pays_off[session]:
            if self.units[column] != 0.0:
                total.count = 0
                add(&total, self.cash)
                self._post(session, DELISTING, column,
                           self.units[column] * <double>self.payoff[column]
                           * self.before[session, column], &total)
                self.cash = rounded(&total)
                self.units[column] = 0.0
            if self.ordered[column]:
                self.lapses.append((session, column, self.size[column], DELISTED))
                self._drop(column)
        return 0

    cdef int _dividends(self, Py_ssize_t session) except -1:
        cdef Py_ssize_t column
        cdef double units, rate, gross, kept, fee
        cdef Sum total
        total.count = 0
        add(&total, self.cash)
        for column in range(self.lines):
            units = self.units[column]
            if not (self.dividend[session, column] > 0 and units != 0.0):
                continue
            rate = self.before[session, column]
            gross = units * self.dividend[session, column] * rate
            self._post(session, DIVIDEND, column, gross, &total)
            if units < 0:
                continue
            if self.foreign:
                kept = gross * self._at(self.withholding[column], session)
                self._post(session, WITHHOLDING, column, -kept, &total)
                gross -= kept
            fee = 0.0
            if self.adr_year[column] != self.year[session]:
                self.adr_year[column] = self.year[session]
                fee = self.adr_fee[column]
            fee = fee * units / self.later[session, column]
            self._post(session, ADR_FEE, column, -smaller(fee * rate, gross), &total)
        self.cash = rounded(&total)
        return 0
