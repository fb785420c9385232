"""What is held, and every reason why it is: the twin of simulation/book.py; part of core.pyx."""

cdef double growth_over(Core core, Py_ssize_t start, Py_ssize_t end, double balance) noexcept:
    if balance >= 0:
        return core.credit[end] / core.credit[start]
    return core.debit[end] / core.debit[start]


cdef inline double value_of(Core core, Py_ssize_t session, Py_ssize_t column) noexcept:
    cdef double units = core.units[column]
    return units * core.worth[session, column] if units != 0.0 else 0.0


cdef double equity_at(Core core, Py_ssize_t session) noexcept:
    return total_of(core, session, core.cash * growth_over(core, core.touched, session, core.cash))


cdef double equity_before(Core core, Py_ssize_t session) noexcept:
    return total_of(core, session - 1, core.cash)


cdef double total_of(Core core, Py_ssize_t session, double cash) noexcept:
    cdef Py_ssize_t column, place
    for place in range(core.held_count):
        column = core.held[place]
        core.scratch[place] = core.units[column] * core.worth[session, column]
    return row_sum(cash, &core.scratch[0], core.held_count)


cdef void find_held(Core core) noexcept:
    """The columns that are held, whenever units have changed."""
    cdef Py_ssize_t column
    core.held_count, core.short = 0, False
    for column in range(core.lines):
        if core.units[column] != 0.0:
            core.held[core.held_count] = column
            core.held_count += 1
            core.short |= core.units[column] < 0.0


cdef int post(Core core, Py_ssize_t session, int why, Py_ssize_t column, double amount,
              Sum* total) except -1:
    cdef double* row
    if amount == 0.0 and why != DELISTING:
        return 0
    row = core.events.next()
    row[0], row[1], row[2], row[3] = session, why, column, amount
    add(total, amount)
    return 0
