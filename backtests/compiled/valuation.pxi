"""Cash and equity at each close: the twin of simulation/valuation.py; part of core.pyx."""

def valued(double cash, transactions, closes):
    """(K, S) cash and equity at each close of K runs: the twin of simulation.valuation.valued."""
    cdef const double[:, ::1] fills = transactions.fills, events = transactions.events
    cdef const long long[::1] fills_end = transactions.fills_end
    cdef const long long[::1] events_end = transactions.events_end
    cdef const double[:, ::1] prices = closes.prices
    cdef const double[::1] credit = closes.credit, debit = closes.debit
    cdef Py_ssize_t first = closes.first
    _check(fills.shape[1] == 7 and events.shape[1] == 4 and len(fills_end) == len(events_end))
    _check(len(prices) == len(credit) == len(debit))
    _check(_rising(fills_end, len(fills)) and _rising(events_end, len(events)))
    _check(_placed(fills, fills_end, first, len(prices), 1, 0, prices.shape[1]))
    _check(_placed(events, events_end, first, len(prices), 2, -1, prices.shape[1]))
    balances_ = np.empty((len(fills_end), len(prices)))
    equity_ = np.empty((len(fills_end), len(prices)))
    cdef double[:, ::1] balances = balances_, equity = equity_
    cdef Valuer valuer = Valuer(closes, 2 * len(fills) + len(events))
    cdef Py_ssize_t run, fill = 0, event = 0
    for run in range(fills_end.shape[0] if prices.shape[0] else 0):
        valuer.run(cash, fills, fill, fills_end[run], events, event, events_end[run],
                   balances[run], equity[run])
        fill, event = fills_end[run], events_end[run]
    return balances_, equity_


def _placed(const double[:, ::1] table, const long long[::1] ends, Py_ssize_t first,
            Py_ssize_t sessions, Py_ssize_t at, Py_ssize_t least, Py_ssize_t lines):
    """Whether sessions rise within each run and all rows lie on the market.

    at: where the column stands; least: -1 for events, of which some have none.
    """
    cdef Py_ssize_t run, place = 0
    cdef double before
    for run in range(ends.shape[0]):
        before = first
        while place < ends[run]:
            if not (before <= table[place, 0] < first + sessions
                    and table[place, 0] == floor(table[place, 0])
                    and least <= table[place, at] < lines):
                return False
            if least < 0 and table[place, 1] == DELISTING and table[place, at] < 0:
                return False
            before = table[place, 0]
            place += 1
    return True


@cython.final
cdef class Valuer:
    """What one run after the other was worth. room: for the cash flows of any session."""

    cdef const double[:, ::1] prices
    cdef const double[::1] credit, debit
    cdef Py_ssize_t first, lines
    cdef double[::1] units, most, today, held, value, flow
    cdef double[:, ::1] price
    cdef long long[::1] active

    def __init__(self, closes, room):
        self.prices, self.credit, self.debit = closes.prices, closes.credit, closes.debit
        self.first, self.lines = closes.first, closes.prices.shape[1]
        self.units, self.most, self.today = (np.zeros(self.lines) for _ in range(3))
        self.held, self.value = (np.zeros(self.lines + 1) for _ in range(2))
        self.price = np.zeros((SIDE, self.lines + 1))
        self.active = np.zeros(self.lines + 1, dtype=np.int64)
        self.flow = np.empty(room + 1)  # of which only what is used takes memory

    cdef void run(self, double cash, const double[:, ::1] fills, Py_ssize_t fill,
                  Py_ssize_t last_fill, const double[:, ::1] events, Py_ssize_t event,
                  Py_ssize_t last_event, double[::1] balances, double[::1] equity) noexcept:
        cdef Py_ssize_t row = 0, count = 0, moved = 0, begun, flows, until
        self._find_most(fills, fill, last_fill, events, event, last_event)
        self.units[:] = 0.0
        while row < self.prices.shape[0]:
            if ((fill < last_fill and fills[fill, 0] == row + self.first)
                    or (event < last_event and events[event, 0] == row + self.first)):
                begun, flows = fill, 0
                while fill < last_fill and fills[fill, 0] == row + self.first:
                    self.flow[flows] = -fills[fill, 2] * fills[fill, 3] * fills[fill, 4]
                    self.flow[flows + 1] = -fills[fill, 5]
                    fill, flows = fill + 1, flows + 2
                self._trade(fills, begun, fill)
                while event < last_event and events[event, 0] == row + self.first:
                    self.flow[flows] = events[event, 3]
                    flows += 1
                    if <int>events[event, 1] == DELISTING:
                        self.units[<Py_ssize_t>events[event, 2]] = 0.0
                    event += 1
                cash, moved = row_sum(cash, &self.flow[0], flows), row
                count = self._find_active()
            until = self.prices.shape[0]
            if fill < last_fill:
                until = min(until, <Py_ssize_t>fills[fill, 0] - self.first)
            if event < last_event:
                until = min(until, <Py_ssize_t>events[event, 0] - self.first)
            self._unmoved(cash, row, until, moved, count, balances, equity)
            row = until

    cdef void _unmoved(self, double cash, Py_ssize_t row, Py_ssize_t until, Py_ssize_t moved,
                       Py_ssize_t count, double[::1] balances, double[::1] equity) noexcept:
        """The closes from `row` to `until`, between which nothing is traded or paid."""
        cdef const double* prices[SIDE]
        cdef Py_ssize_t close
        cdef int lane
        for close in range(row, until):
            balances[close] = cash * (self.credit[close] / self.credit[moved] if cash >= 0
                                      else self.debit[close] / self.debit[moved])
        while row + SIDE <= until:
            for lane in range(SIDE):
                prices[lane] = self._shown(row + lane, count, lane)
            worths_of(&balances[row], &self.held[0], prices, &self.value[0], count, &equity[row])
            row += SIDE
        for close in range(row, until):
            equity[close] = worth_of(balances[close], &self.held[0], self._shown(close, count, 0),
                                     &self.value[0], count)

    cdef const double* _shown(self, Py_ssize_t row, Py_ssize_t count, int lane) noexcept:
        """The prices of what is held; most often the lines are neighbours."""
        cdef Py_ssize_t place
        if count and self.active[count - 1] - self.active[0] == count - 1:
            return &self.prices[row, self.active[0]]
        for place in range(count):
            self.price[lane, place] = self.prices[row, self.active[place]]
        return &self.price[lane, 0]

    cdef void _trade(self, const double[:, ::1] fills, Py_ssize_t place, Py_ssize_t end) noexcept:
        """The trades of a session, those of one line first added up."""
        cdef Py_ssize_t column, fill
        for fill in range(place, end):
            self.today[<Py_ssize_t>fills[fill, 1]] += fills[fill, 2]
        for fill in range(place, end):
            column = <Py_ssize_t>fills[fill, 1]
            self.units[column] += self.today[column]
            self.today[column] = 0.0

    cdef void _find_most(self, const double[:, ::1] fills, Py_ssize_t fill, Py_ssize_t last_fill,
                         const double[:, ::1] events, Py_ssize_t event,
                         Py_ssize_t last_event) noexcept:
        """The most that was ever held of each line at a close."""
        cdef Py_ssize_t column, begun, place
        self.units[:] = 0.0
        self.most[:] = 0.0
        while fill < last_fill:
            begun = fill
            while fill < last_fill and fills[fill, 0] == fills[begun, 0]:
                fill += 1
            self._trade(fills, begun, fill)
            while event < last_event and events[event, 0] <= fills[begun, 0]:
                if <int>events[event, 1] == DELISTING:
                    self.units[<Py_ssize_t>events[event, 2]] = 0.0
                event += 1
            for place in range(begun, fill):
                column = <Py_ssize_t>fills[place, 1]
                self.most[column] = larger(self.most[column], fabs(self.units[column]))

    cdef Py_ssize_t _find_active(self) noexcept:
        cdef Py_ssize_t column, count = 0
        for column in range(self.lines):
            if (self.units[column] != 0.0
                    and fabs(self.units[column]) >= LEFT * self.most[column]):
                self.active[count] = column
                self.held[count] = self.units[column]
                count += 1
        return count
