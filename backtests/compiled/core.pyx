# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The desk in machine code: the rules of backtests.simulation, line by line.

Here stand its state and its clock, as in desk.py; the rest stands in files named after their Python
twins. Every expression has the order of its twin and every sum is exact (`math.fsum`), so that what
is put out is the same to the last bit. Without impact and participation limit only.
"""

cimport cython
from cpython cimport array
from cpython.dict cimport PyDict_GetItem, PyDict_Next
from cpython.long cimport PyLong_AsLongAndOverflow
from cpython.object cimport PyObject_GenericSetAttr
from cpython.ref cimport PyObject, Py_INCREF, Py_XDECREF
from cython cimport view
from libc.float cimport DBL_EPSILON
from libc.math cimport INFINITY, NAN, ceil, copysign, fabs, floor, sqrt
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcmp, memcpy, memset

import numpy as np

from newsfolio.assets import Sleeve
from newsfolio.view import View as _View, mean_known

cdef double FILLED = 1e-12  # book.DUST
cdef double SENT = 1e-9  # sizing.DUST
cdef double ROUNDING = 1e-9  # sizing.ROUNDING
cdef double STEP = 1e-9  # markets.costs.models.DUST
cdef double STAR_MINIMUM = 200.0
cdef int ROUNDS = 20
cdef double YEAR = 360.0, HOLDING_YEAR = 365.0  # interest
cdef double LEFT = 1e-9  # valuation.LEFT
cdef double WHOLE = 2.0 ** 53  # from here on all numbers are whole

cdef int DIVIDEND = 0, WITHHOLDING = 1, ADR_FEE = 2, INTEREST = 3, CREDIT = 4, CARRY = 5
cdef int DELISTING = 6, FLOW = 7

cdef int BUYS = 1, SELLS = 2, OPENED = 4  # engines.kernel_inputs

cdef array.array DOUBLES = array.array("d")

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


include "lanes.pxi"
include "exact_sums.pxi"
include "valuation.pxi"
include "figures.pxi"
include "buffers.pxi"
include "views.pxi"


cdef struct Quote:
    double price, rate, fee, slippage


@cython.final
cdef class Core:
    """Runs on one market, one after the other; `inputs`: engines.kernel_inputs.KernelInputs.

    fills, events: of all runs, as fills.LazyRows has them. decisions: session, and the place of its
    answer in `answers` or in the table, -1 where the account was wound up. ends: of each run.
    goals: with `noting`, session, column, and the units that a decision wanted of it.
    """

    cdef readonly Log fills, events, decisions, goals
    cdef public bint noting
    cdef readonly list answers, ends
    cdef list lapses
    cdef double cash, capital, debt, unplaced, withdrawal
    cdef Py_ssize_t touched, decided
    cdef long long ended, dry, indebted
    cdef Py_ssize_t lines, first, last_session
    cdef bint spent, fractional, waits, foreign, charged, has_holding
    cdef double tolerance, net, band, smallest
    cdef int over
    cdef const double[:, ::1] opens, last, before, rate, worth, later, dividend
    cdef const unsigned char[:, ::1] fillable
    cdef const unsigned char[::1] paying, star, flowing
    cdef const double[:, ::1] outside
    cdef const double[::1] credit, debit, days, adr_fee, borrow
    cdef const long long[::1] ordinal, year
    cdef const long long[::1] series_at, starts
    cdef const double[::1] values_
    cdef const long long[::1] spread, lot, holding, withholding, bought, sold, tick
    cdef const long long[::1] charges_at
    cdef const double[::1] of_value, of_shares, of_order, least, most, cap, step
    cdef const double[:, ::1] bounds, ticks
    cdef const long long[::1] group_at, group
    cdef dict pays_off
    cdef object payoff
    cdef double[::1] units, size, goal, wanted, asked, weight, covers, fits, sent, scratch, amounts
    cdef double[::1] flow, due, rest, gap, part
    cdef Py_ssize_t flows
    cdef unsigned char[::1] ordered, weighted, missed, kept
    cdef bint late, keeping, parted
    cdef long long[::1] adr_year, sells, buys, held, active
    cdef Py_ssize_t sells_count, buys_count, held_count, active_count
    cdef bint short
    cdef double[:, ::1] found
    cdef long long[:, ::1] found_on
    cdef Quote* quotes
    cdef Py_ssize_t waiting

    def __cinit__(self):
        self.quotes = NULL

    def __dealloc__(self):
        free(self.quotes)

    def __init__(self, inputs, double cash):
        self._read(inputs)
        self.capital = cash
        self.fills, self.events, self.decisions = Log(7), Log(4), Log(2)
        self.goals, self.noting = Log(3), False
        self.answers, self.ends = [], []
        self.units, self.size, self.goal = (np.zeros(self.lines) for _ in range(3))
        self.wanted, self.weight, self.covers = (np.zeros(self.lines) for _ in range(3))
        self.fits, self.sent, self.asked = (np.zeros(self.lines) for _ in range(3))
        self.gap, self.part = (np.zeros(self.lines) for _ in range(2))
        self.scratch, self.rest = np.zeros(self.lines + 1), np.zeros(self.lines + 1)
        self.flow, self.due = np.zeros(2 * self.lines + 1), np.zeros(2 * self.lines + 1)
        self.flows = 0
        self.amounts = np.zeros(len(inputs.step) + 1)
        self.ordered, self.weighted, self.missed, self.kept = (
            np.zeros(self.lines, dtype=np.uint8) for _ in range(4))
        self.adr_year = np.zeros(self.lines, dtype=np.int64)
        self.sells, self.buys = (np.zeros(self.lines, dtype=np.int64) for _ in range(2))
        self.held, self.active = (np.zeros(self.lines, dtype=np.int64) for _ in range(2))
        self.found = np.zeros((2, len(inputs.series_at)))
        self.found_on = np.full((2, len(inputs.series_at)), -1, dtype=np.int64)
        self.quotes = <Quote*>realloc(NULL, max(1, self.lines) * sizeof(Quote))
        if self.quotes == NULL:
            raise MemoryError

    def _read(self, inputs):
        self.opens, self.last, self.before = inputs.open, inputs.last, inputs.rate_before
        self.rate, self.worth, self.later = inputs.rate, inputs.worth, inputs.later
        self.dividend, self.fillable, self.paying = inputs.dividend, inputs.fillable, inputs.paying
        self.flowing, self.outside = inputs.flowing, inputs.outside
        self.credit, self.debit, self.days = inputs.credit, inputs.debit, inputs.days
        self.ordinal, self.year = inputs.ordinal, inputs.year
        self.series_at, self.starts, self.values_ = inputs.series_at, inputs.starts, inputs.values
        self.spread, self.lot, self.holding = inputs.spread, inputs.lot, inputs.holding
        self.withholding, self.bought, self.sold = inputs.withholding, inputs.bought, inputs.sold
        self.tick, self.star = inputs.tick, inputs.star
        self.adr_fee, self.borrow = inputs.adr_fee, inputs.borrow
        self.charges_at, self.of_value = inputs.charges_at, inputs.of_value
        self.of_shares, self.of_order = inputs.of_shares, inputs.of_order
        self.least, self.most = inputs.least, inputs.most
        self.cap, self.step = inputs.cap, inputs.step
        self.bounds, self.ticks = inputs.bounds, inputs.ticks
        self.group_at, self.group = inputs.group_at, inputs.group
        self.pays_off, self.payoff = inputs.pays_off, inputs.payoff
        self.first, self.last_session = inputs.first, self.opens.shape[0] - 1
        self.lines = self.opens.shape[1]
        self.fractional, self.waits, self.foreign = inputs.fractional, inputs.waits, inputs.foreign
        self.charged, self.has_holding = inputs.charged, inputs.has_holding
        self.tolerance, self.over, self.smallest = inputs.tolerance, inputs.over, inputs.smallest

    # The clock

    def run(self, decide, const unsigned char[::1] marks, const long long[::1] stops,
             double band=-1.0):
        """Turn the clock from the first session to the last.

        decide: answers weights by column for the close of a session, or None; or an Asker. marks: (T,) whether
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
        self.ended = self.dry = self.indebted = -1
        self.debt = self.net = self.unplaced = 0.0
        self.waiting, self.decided, self.lapses = 0, self.decisions.count, []
        self.units[:] = 0.0
        self.size[:] = 0.0
        self.goal[:] = 0.0
        self.ordered[:] = 0
        self.missed[:] = 0
        self.kept[:], self.keeping = 0, False
        self.part[:], self.parted = INFINITY, False
        self.late = False
        self.adr_year[:] = -1
        find_held(self)

    cdef int _end(self) except -1:
        self.spent = False
        self.ends.append((
            self.fills.count, self.events.count, self.decisions.count, self.lapses,
            [(column, self.size[column]) for column in range(self.lines) if self.ordered[column]],
            (self.indebted, self.debt) if self.indebted >= 0 else None,
            self.ended if self.ended >= 0 and self.dry < 0 else None,
            (self.dry, self.withdrawal) if self.dry >= 0 else None,
        ))

    cdef Py_ssize_t _turn(self, Py_ssize_t session, const long long[::1] stops,
                          Py_ssize_t* stop) noexcept:
        """The next session on which anything can happen; `stop`: the place in `stops` so far."""
        if self.band >= 0 or self.waiting or carries(self):
            return session + 1
        while stop[0] < stops.shape[0] and stops[stop[0]] <= session:
            stop[0] += 1
        return stops[stop[0]] if stop[0] < stops.shape[0] else self.last_session

    def keep(self, columns):
        """Leave the units of some columns as they are at the decision to come."""
        for column in columns:
            self.kept[column] = self.keeping = True

    def equity(self, Py_ssize_t session):
        return equity_at(self, session)

    def values(self, Py_ssize_t session):
        """(N,) base-currency value of what is held at the close of `session`."""
        values = np.zeros(self.lines)
        cdef double[::1] value = values
        cdef Py_ssize_t column
        for column in range(self.lines):
            value[column] = value_of(self, session, column)
        return values

    # Closes

    cdef int _close(self, Py_ssize_t session, decide,
                    const unsigned char[::1] marks) except -1:
        cdef Py_ssize_t column, place
        cdef Wanted plain
        if self.ended >= 0:
            return 0
        if self.dry >= 0 or equity_at(self, session) <= 0:
            return self._wind_up(session)
        if not (marks[session] or (self.band >= 0 and drifted(self, session))):
            return place_flows(self, session)
        accrue(self, session)
        wanted = (<Asker>decide).ask(self, session) if type(decide) is Asker else decide(session)
        if wanted is None:
            return place_flows(self, session)
        self._want_nothing()
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

    cdef inline void _want_nothing(self) noexcept:
        if self.lines:
            memset(&self.weighted[0], 0, self.lines)

    cdef inline int _want(self, Py_ssize_t column, double weight) except -1:
        if not 0 <= column < self.lines:
            _check(False)
        self.weighted[column] = 1
        self.weight[column] = weight
        return 0

    cdef int _close_table(self, Py_ssize_t session, const double[:, ::1] weights,
                          const unsigned char[::1] asked, const long long[::1] row) except -1:
        cdef Py_ssize_t column, place
        if self.ended >= 0:
            return 0
        if self.dry >= 0 or equity_at(self, session) <= 0:
            return self._wind_up(session)
        place = row[session]
        if place < 0:
            return place_flows(self, session)
        accrue(self, session)
        if not asked[place]:
            return place_flows(self, session)
        for column in range(self.lines):
            self.weighted[column] = weights[place, column] != 0.0
            self.weight[column] = weights[place, column]
        self._decide(session, place)
        return 0

    cdef int _wind_up(self, Py_ssize_t session) except -1:
        self.ended = session
        accrue(self, session)
        self._want_nothing()
        self._decide(session, -1)
        return 0

    cdef int _decide(self, Py_ssize_t session, Py_ssize_t place) except -1:
        """From weights to orders. place: of the answer."""
        cdef Py_ssize_t column
        cdef double equity = equity_at(self, session)
        targets(self, session, equity)
        self._send(session, place)
        self.unplaced = 0.0
        if self.keeping:
            self.kept[:], self.keeping = 0, False
        if self.band >= 0:
            for column in range(self.lines):
                self.goal[column] = 0.0
                if self.weighted[column]:
                    self.goal[column] = self.wanted[column] * self.worth[session, column] / equity
        return 0

    cdef int _send(self, Py_ssize_t session, Py_ssize_t place) except -1:
        """Note a decision, and order what it wants."""
        cdef Py_ssize_t column, at
        cdef double* row = self.decisions.next()
        row[0], row[1] = session, place
        send_orders(self, session, self.over if place >= 0 else 1)
        for at in range(self.active_count if self.noting else 0):
            column = self.active[at]
            row = self.goals.next()
            row[0], row[1], row[2] = session, column, self.units[column] + self.size[column]
        return 0

    # Opens

    cdef int _open(self, Py_ssize_t session) except -1:
        cdef Py_ssize_t place
        cdef double equity
        cdef bint flows = self.flowing[session] and self.ended < 0
        if not (self.waiting or self.paying[session] or flows or carries(self)):
            return 0
        equity = equity_at(self, session - 1) if flows else 0.0
        accrue(self, session)
        if session in self.pays_off:
            pay_off(self, session)
            find_held(self)
        if self.paying[session]:
            dividends(self, session)
        if flows:
            flow(self, session, equity)
        if self.waiting:
            equity = equity_before(self, session)
            for place in range(self.group_at.shape[0] - 1):
                trade(self, session, self.group_at[place], self.group_at[place + 1], equity)
                note_debt(self, session)
            find_held(self)
        note_debt(self, session)
        return 0


include "book.pxi"
include "cash_events.pxi"
include "costs.pxi"
include "sizing.pxi"
include "execution.pxi"
include "decisions.pxi"
include "decision_tables.pxi"
include "goals.pxi"
