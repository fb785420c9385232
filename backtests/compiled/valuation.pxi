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

    cdef const double[:, ::1] prices, by_line
    cdef const double[::1] credit, debit
    cdef Py_ssize_t first, lines, closes
    cdef double[::1] units, most, today, held, value, flow, cash, tile
    cdef long long[::1] active
    cdef const double** shown

    def __cinit__(self, closes, room):
        self.shown = <const double**>malloc(max(1, closes.prices.shape[1]) * sizeof(double*))
        if self.shown == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.shown)

    def __init__(self, closes, room):
        self.prices, self.by_line = closes.prices, closes.by_line
        self.credit, self.debit, self.first = closes.credit, closes.debit, closes.first
        self.closes, self.lines = closes.prices.shape[0], closes.prices.shape[1]
        _check(self.by_line.shape[0] in (0, self.lines) and self.by_line.shape[1] == self.closes)
        self.units, self.most, self.today = (np.zeros(self.lines) for _ in range(3))
        self.held, self.value = (np.zeros(self.lines + 1) for _ in range(2))
        self.cash, self.tile = np.zeros(self.closes + TILE), np.zeros(TILE * self.lines + 1)
        self.active = np.zeros(self.lines + 1, dtype=np.int64)
        self.flow = np.empty(room + 1)  # of which only what is used takes memory

    cdef void run(self, double cash, const double[:, ::1] fills, Py_ssize_t fill,
                  Py_ssize_t last_fill, const double[:, ::1] events, Py_ssize_t event,
                  Py_ssize_t last_event, double[::1] balances, double[::1] equity) noexcept:
        cdef Py_ssize_t row = 0, since = 0, count = 0, moved = 0, begun, told, flows, until
        cdef bint delisted
        self._find_most(fills, fill, last_fill, events, event, last_event)
        self._forget()
        while row < self.closes:
            begun, told, flows, delisted = fill, event, 0, False
            while fill < last_fill and fills[fill, 0] == row + self.first:
                self.flow[flows] = -fills[fill, 2] * fills[fill, 3] * fills[fill, 4]
                self.flow[flows + 1] = -fills[fill, 5]
                fill, flows = fill + 1, flows + 2
            while event < last_event and events[event, 0] == row + self.first:
                self.flow[flows] = events[event, 3]
                flows += 1
                delisted |= <int>events[event, 1] == DELISTING
                event += 1
            if flows:
                cash, moved = row_sum(cash, &self.flow[0], flows), row
            if fill > begun or delisted:
                self._worths(since, row, count, equity)
                self._trade(fills, begun, fill)
                if delisted:
                    self._delist(events, told, event)
                since, count = row, self._find_active()
            until = self.closes
            if fill < last_fill:
                until = min(until, <Py_ssize_t>fills[fill, 0] - self.first)
            if event < last_event:
                until = min(until, <Py_ssize_t>events[event, 0] - self.first)
            if cash >= 0:
                grown(cash, self.credit[moved], &self.credit[row], until - row, &self.cash[row])
            else:
                grown(cash, self.debit[moved], &self.debit[row], until - row, &self.cash[row])
            row = until
        self._worths(since, row, count, equity)
        memcpy(&balances[0], &self.cash[0], self.closes * sizeof(double))

    cdef void _forget(self) noexcept:
        if self.lines:
            memset(&self.units[0], 0, self.lines * sizeof(double))

    cdef void _worths(self, Py_ssize_t row, Py_ssize_t until, Py_ssize_t count,
                      double[::1] equity) noexcept:
        """At the closes from `row` to `until`, between which nothing is traded."""
        cdef double[TILE] worth, spare
        cdef Py_ssize_t lane
        if count >= 4 * LANES:
            for row in range(row, until):
                equity[row] = self._worth(row, count)
            return
        while row < until:
            tile_worths(&self.cash[row], &self.held[0], self.shown, self._show(row, count), count,
                        worth, spare)
            for lane in range(min(<Py_ssize_t>TILE, until - row)):
                equity[row + lane] = (worth[lane] if spare[lane] > 0
                                      else self._worth(row + lane, count))
            row += TILE

    cdef double _worth(self, Py_ssize_t row, Py_ssize_t count) noexcept:
        """Of one close; most often the lines of many are neighbours."""
        cdef Py_ssize_t place
        if count and self.active[count - 1] - self.active[0] == count - 1:
            products(&self.held[0], &self.prices[row, self.active[0]], count, &self.value[0])
        else:
            for place in range(count):
                self.value[place] = self.held[place] * self.prices[row, self.active[place]]
        return row_sum(self.cash[row], &self.value[0], count)

    cdef Py_ssize_t _show(self, Py_ssize_t row, Py_ssize_t count) noexcept:
        """Let `shown` be the prices of what is held at TILE closes, from the row answered on."""
        cdef Py_ssize_t place, lane
        if self.by_line.shape[0] and row + TILE <= self.closes:
            for place in range(count):
                self.shown[place] = &self.by_line[self.active[place], 0]
            return row
        for place in range(count):
            self.shown[place] = &self.tile[TILE * place]
            for lane in range(TILE):
                self.tile[TILE * place + lane] = self.prices[
                    min(row + lane, self.closes - 1), self.active[place]]
        return 0

    cdef void _delist(self, const double[:, ::1] events, Py_ssize_t event,
                      Py_ssize_t end) noexcept:
        """Nothing is left of what was delisted."""
        for event in range(event, end):
            if <int>events[event, 1] == DELISTING:
                self.units[<Py_ssize_t>events[event, 2]] = 0.0

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
        self._forget()
        if self.lines:
            memset(&self.most[0], 0, self.lines * sizeof(double))
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
