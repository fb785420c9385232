"""Asking a strategy: the twin of simulation/decisions.py; part of core.pyx."""

@cython.final
cdef class Asker:
    """Shows a strategy each decision's view, as `decider` does, which answers where it is not plain.

    history: of this run alone. held_of: makes the weights of what is held.
    """

    cdef object decider, weights, held_of, own, usable, most, first, lines
    cdef tuple days
    cdef History history
    cdef const unsigned char[:, ::1] able
    cdef Py_ssize_t able_at

    def __init__(self, decider, strategy, market, History history, held_of):
        self.decider, self.history, self.held_of = decider, history, held_of
        self.weights, self.most = strategy.weights, None
        self.days, self.lines, self.first = market.days, market.universe, market.first_decision
        self.able, self.able_at = market.usable.view(np.uint8), -1

    cdef object ask(self, Core core, Py_ssize_t session):
        """The weights wanted at the close of a session, by column; None: nothing."""
        view = self.shown(core, session)
        self.decider.last = view
        try:
            answer = self.weights(view)
        except BaseException as error:
            self.decider.blame(error, "weights", f"at the decision of {view.today}")
            raise
        if answer is None:
            return None
        if not self.decider.stands_in:
            if self.most is None:
                self.most = self.decider.most
            plain = by_column(answer, self.own, self.most)
            if plain is not None:
                return plain
        return self.decider.lines(self.decider.checked(answer, view.today), session)

    cdef object shown(self, Core core, Py_ssize_t session):
        cdef Py_ssize_t column
        cdef array.array values = array.clone(DOUBLES, core.lines, False)
        for column in range(core.lines):
            values.data.as_doubles[column] = value_of(core, session, column)
        held = self.held_of(self.lines, self.decider.owner, values, equity_at(core, session))
        self.find_able(session)
        self.history.known = session + 1
        view = View.__new__(View)
        PyObject_GenericSetAttr(view, "today", self.days[session])
        PyObject_GenericSetAttr(view, "universe", self.lines)
        PyObject_GenericSetAttr(view, "usable", self.usable)
        PyObject_GenericSetAttr(view, "age", self.age(session))
        PyObject_GenericSetAttr(view, "_held", held)
        PyObject_GenericSetAttr(view, "_history", self.history)
        return view

    cdef object age(self, Py_ssize_t session):
        return session - self.first if self.first is not None and session >= self.first else None

    cdef int find_able(self, Py_ssize_t session) except -1:
        """What can be held; sessions that are alike share it."""
        cdef Py_ssize_t lines = self.able.shape[1]
        if self.able_at < 0 or (lines and memcmp(
                &self.able[session, 0], &self.able[self.able_at, 0], lines)):
            holdable = self.decider.holdable(session)
            self.own, self.usable = holdable.own, holdable.usable
        self.able_at = session
        return 0


cdef bint drifted(Core core, Py_ssize_t session) noexcept:
    """Whether a held weight is farther than the band from what was decided."""
    cdef Py_ssize_t column
    cdef double equity, gap, largest = 0.0
    if core.decisions.count == core.decided or core.waiting:
        return False
    equity = equity_at(core, session)
    for column in range(core.lines):
        gap = fabs(value_of(core, session, column) / equity - core.goal[column])
        largest = larger(largest, gap)
    return largest > core.band
