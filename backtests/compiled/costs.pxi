"""Half-spreads and fees: the twin of markets/costs/models.py; part of core.pyx."""

cdef inline double value_at(Core core, Py_ssize_t series, Py_ssize_t session) noexcept:
    """The value in force on the day of a session; of two neighbours it is remembered."""
    cdef Py_ssize_t slot = session & 1, first, behind, middle
    cdef long long day
    if core.found_on[slot, series] != session:
        first, behind = core.series_at[series], core.series_at[series + 1]
        day = core.ordinal[session]
        while behind - first > 1:
            middle = (first + behind) // 2
            if core.starts[middle] > day:
                behind = middle
            else:
                first = middle
        core.found[slot, series] = core.values_[first]
        core.found_on[slot, series] = session
    return core.found[slot, series]


cdef inline double half_spread(Core core, Py_ssize_t column, Py_ssize_t session,
                               double price) noexcept:
    cdef double own
    cdef Py_ssize_t table, place = 0
    if not core.charged:
        return 0.0
    own = value_at(core, core.spread[column], session)
    if core.tick[column] < 0:
        return own
    table = <Py_ssize_t>value_at(core, core.tick[column], session)
    while place < core.bounds.shape[1] and core.bounds[table, place] < price - STEP:
        place += 1
    return larger(core.ticks[table, place] / 2 / price, own)


cdef inline double fee(Core core, Py_ssize_t column, Py_ssize_t session, double shares,
                       double value) noexcept:
    cdef Py_ssize_t charges, place, count = 0
    cdef double amount
    if shares == 0 or not core.charged:
        return 0.0
    charges = <Py_ssize_t>value_at(
        core, core.sold[column] if shares < 0 else core.bought[column], session)
    for place in range(core.charges_at[charges], core.charges_at[charges + 1]):
        amount = core.of_value[place] * value + core.of_shares[place] * fabs(shares)
        amount += core.of_order[place]
        amount = larger(amount, core.least[place])
        amount = smaller(amount, core.most[place])
        if core.cap[place] < INFINITY:
            amount = smaller(amount, core.cap[place] * value)
        if core.step[place] != 0.0:
            amount = core.step[place] * ceiled(amount / core.step[place] - STEP)
        core.amounts[count] = amount
        count += 1
    return row_sum(0.0, &core.amounts[0], count)
