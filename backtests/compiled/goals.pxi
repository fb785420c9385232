"""Decisions in units, of strategies of strategies: as Desk._reach; part of core.pyx."""


def run_goals(Core core, decide, const unsigned char[::1] marks, const long long[::1] stops):
    """Turn the clock as Core.run does; decide answers units, the sum of weights, and weights."""
    cdef Py_ssize_t session = core.first, stop = 0
    _check(len(marks) == core.last_session + 1 and _below(stops, len(marks)))
    core.band = -1.0
    core._begin()
    close_goal(core, session, decide, marks)
    while session < core.last_session:
        session = core._turn(session, stops, &stop)
        core._open(session)
        close_goal(core, session, decide, marks)
    core._end()


def holdings(Core core):
    """Units by column of what is held."""
    return {column: core.units[column] for column in range(core.lines) if core.units[column]}


cdef int close_goal(Core core, Py_ssize_t session, decide,
                    const unsigned char[::1] marks) except -1:
    if core.ended >= 0:
        return 0
    if core.dry >= 0 or equity_at(core, session) <= 0:
        return core._wind_up(session)
    if not marks[session]:
        return 0
    accrue(core, session)
    goal = decide(session)
    if goal is None:
        return 0
    units, net, weights = goal
    core.answers.append(weights)
    reach(core, session, units)
    core._send(session, len(core.answers) - 1)
    core.net = net
    return 0


cdef int reach(Core core, Py_ssize_t session, units) except -1:
    """Units wanted, and whether to order them."""
    cdef Py_ssize_t column, place
    cdef double size, equity = equity_at(core, session)
    core._want_nothing()
    for column, size in units.items():
        core._want(column, size)
    find_active(core)
    for place in range(core.active_count):
        column = core.active[place]
        size = core.weight[column] if core.weighted[column] else 0.0
        core.wanted[column] = size
        core.ordered[column] = needs_order(core, session, column, size, core.units[column], equity)
    return 0
