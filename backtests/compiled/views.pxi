"""Look-ups of a view, one by one: the twin of markets/views/recorder.py; part of core.pyx."""

cdef enum:
    LEVEL, MOMENTUM, VOLATILITY, MOVING_AVERAGE, DRAWDOWN, RETURN

cdef Py_ssize_t KEPT = 64_000_000  # bytes of answers that a market remembers
cdef dict LOOK_UPS = {"level": LEVEL, "momentum": MOMENTUM, "volatility": VOLATILITY,
                      "moving_average": MOVING_AVERAGE, "drawdown": DRAWDOWN}
cdef Py_ssize_t[6] MORE = [0, 1, 1, 0, 0, 1]  # rows more than the look-back
cdef Py_ssize_t[6] LEAST = [1, 1, 2, 1, 1, 1]  # the shortest look-back


@cython.final
cdef class Answers:
    """A look-up of all lines at every session, worked out when somebody asks at one."""

    cdef double* values
    cdef double* scratch
    cdef unsigned char* made

    def __cinit__(self, Py_ssize_t sessions, Py_ssize_t lines):
        self.values = <double*>malloc(max(1, (sessions + 1) * lines) * sizeof(double))
        self.made = <unsigned char*>calloc(max(1, sessions), 1)
        if self.values == NULL or self.made == NULL:
            raise MemoryError
        self.scratch = self.values + sessions * lines

    def __dealloc__(self):
        free(self.values)
        free(self.made)


@cython.final
cdef class History:
    """What a view looks up; whatever is more than a number of a line, a Recorder is asked.

    That is made and written when it is. The market hides behind plain pointers, which no strategy
    can follow: in reach are the sessions that are known, as with a Recorder. kept: `Answers` of the
    market by look-up and look-back, which other runs share.
    """

    cdef PyObject* market
    cdef PyObject* level
    cdef PyObject* recorder
    cdef object recorder_of
    cdef dict place, kept
    cdef const double* levels
    cdef Py_ssize_t sessions, lines, known, written
    cdef Py_ssize_t[6] lookback
    cdef list answers

    def __cinit__(self):
        self.market = self.level = self.recorder = NULL
        for kind in range(6):
            self.lookback[kind] = -1

    def __dealloc__(self):
        Py_XDECREF(self.market)
        Py_XDECREF(self.level)
        Py_XDECREF(self.recorder)

    def __init__(self, market, recorder_of, dict kept):
        cdef const double[:, ::1] level = market.level
        self.market, self.level = <PyObject*>market, <PyObject*>market.level
        Py_INCREF(market)
        Py_INCREF(market.level)
        self.recorder_of, self.place, self.kept = recorder_of, dict(market.place), kept
        self.sessions, self.lines = level.shape[0], level.shape[1]
        self.levels = &level[0, 0] if self.sessions and self.lines else NULL
        self.known = self.written = 0
        self.answers = [None] * 6

    def __getattr__(self, name):
        return getattr(self.recorded(), name)

    def __reduce__(self):
        return _itself, (self.recorded(),)

    cdef object recorded(self):
        """The Recorder, with all that is known written."""
        market = <object>self.market
        if self.recorder == NULL:
            recorder = self.recorder_of(market)
            Py_INCREF(recorder)
            self.recorder = <PyObject*>recorder
        if self.written != self.known:
            (<object>self.recorder).write(market, self.known - 1)
            self.written = self.known
        return <object>self.recorder

    def look_up(self, name, of, lookback, skip=0):
        kind = LOOK_UPS.get(name)
        if kind is None:
            return self.recorded().look_up(name, of, lookback, skip)
        return self.number(kind, name, of, lookback, skip)

    cdef object number(self, int kind, name, of, lookback, skip):
        """What is known of a line; for all else, and where it is nothing, the Recorder answers."""
        cdef Py_ssize_t back, off
        cdef int beyond = 0, far = 0
        cdef double value
        cdef PyObject* column
        if type(of) is Sleeve:
            return mean_known([self.number(kind, name, line, lookback, skip)
                               for line in of.tickers])
        if type(of) is str and type(lookback) is int and type(skip) is int:
            column = PyDict_GetItem(self.place, of)
            back = PyLong_AsLongAndOverflow(lookback, &beyond)
            off = PyLong_AsLongAndOverflow(skip, &far)
            if (column != NULL and not beyond and not far and back >= LEAST[kind] and off >= 0
                    and off <= self.known and self.known - off - MORE[kind] >= back
                    and (off == 0 or kind == MOMENTUM)):
                value = self.value(kind, <object>column, back, off)
                if value == value:
                    return value
        return self.recorded().look_up(name, of, lookback, skip)

    cdef double value(self, int kind, Py_ssize_t column, Py_ssize_t back, Py_ssize_t off) except? -1:
        cdef Py_ssize_t now = self.known - 1 - off
        if kind == LEVEL:
            return self.levels[now * self.lines + column]
        if kind == MOMENTUM:
            return (self.levels[now * self.lines + column]
                    / self.levels[(now - back) * self.lines + column] - 1)
        return self.row(kind, back, self.known - 1)[column]

    cdef const double* row(self, int kind, Py_ssize_t back, Py_ssize_t session) except NULL:
        """The answers of all lines at a session."""
        cdef Answers answers
        cdef double* values
        cdef const double* now = self.levels + session * self.lines
        if self.lookback[kind] != back:
            self.answers[kind], self.lookback[kind] = self.kept_for(kind, back), back
        answers = <Answers>self.answers[kind]
        values = answers.values + session * self.lines
        if answers.made[session]:
            return values
        if kind == VOLATILITY:
            for row in range(session - back + 1, session):
                self.row(RETURN, 1, row)
            deviations(self.row(RETURN, 1, session), self.lines, back, values, answers.scratch)
        elif kind == MOVING_AVERAGE:
            averages(now, self.lines, back, values)
        elif kind == DRAWDOWN:
            falls(now, self.lines, back, values)
        else:
            gains(now, self.lines, values)
        answers.made[session] = 1
        return values

    cdef Answers kept_for(self, int kind, Py_ssize_t back):
        """Where the answers of a look-back are kept; of all on the market the oldest go first."""
        answers = self.kept.get((kind, back))
        if answers is None:
            answers = self.kept[kind, back] = Answers(self.sessions, self.lines)
            while len(self.kept) > 1 and len(self.kept) * self.sessions * self.lines * 8 > KEPT:
                del self.kept[next(iter(self.kept))]
        return answers


def _itself(recorder):
    return recorder


# The twins of markets/views/lookups.py: all lines side by side, the oldest row first.

cdef void averages(const double* now, Py_ssize_t lines, Py_ssize_t back, double* out) noexcept:
    cdef Py_ssize_t column, row
    cdef const double* level = now - (back - 1) * lines
    for column in range(lines):
        out[column] = level[column]
    for row in range(1, back):
        level += lines
        for column in range(lines):
            out[column] += level[column]
    for column in range(lines):
        out[column] /= back


cdef void falls(const double* now, Py_ssize_t lines, Py_ssize_t back, double* out) noexcept:
    cdef Py_ssize_t column, row
    cdef const double* level = now - (back - 1) * lines
    for column in range(lines):
        out[column] = level[column]
    for row in range(1, back):
        level += lines
        for column in range(lines):
            if not level[column] <= out[column]:  # the higher, or NaN for ever
                out[column] = level[column] if out[column] == out[column] else NAN
    for column in range(lines):
        out[column] = now[column] / out[column] - 1


cdef void gains(const double* now, Py_ssize_t lines, double* out) noexcept:
    cdef Py_ssize_t column
    for column in range(lines):
        out[column] = now[column] / now[column - lines] - 1


cdef void deviations(const double* now, Py_ssize_t lines, Py_ssize_t back, double* out,
                     double* total) noexcept:
    """now: the last row of returns. total: room for a row."""
    cdef Py_ssize_t column, row
    cdef const double* gain
    cdef double apart
    averages(now, lines, back, out)
    for column in range(lines):
        total[column] = 0.0
    for row in range(back):
        gain = now - (back - 1 - row) * lines
        for column in range(lines):
            apart = gain[column] - out[column]
            total[column] += apart * apart
    for column in range(lines):
        out[column] = sqrt(total[column] / (back - 1))


# The view itself

cdef object _known(view, int kind, name, of, lookback, skip):
    history = view._history
    if type(history) is History:
        return (<History>history).number(kind, name, of, lookback, skip)
    return history.look_up(name, of, lookback, skip)


class View(_View):
    """As newsfolio.view.View."""

    __doc__ = _View.__doc__

    def level(self, of):
        return _known(self, LEVEL, "level", of, 1, 0)

    def momentum(self, of, lookback, skip=0):
        return _known(self, MOMENTUM, "momentum", of, lookback, skip)

    def volatility(self, of, lookback):
        return _known(self, VOLATILITY, "volatility", of, lookback, 0)

    def moving_average(self, of, lookback):
        return _known(self, MOVING_AVERAGE, "moving_average", of, lookback, 0)

    def drawdown(self, of, lookback):
        return _known(self, DRAWDOWN, "drawdown", of, lookback, 0)

