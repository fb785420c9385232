"""Cash that moves without a trade: the twin of simulation/cash_events.py; part of core.pyx."""

cdef bint carries(Core core) noexcept:
    cdef Py_ssize_t place
    if core.cash < 0 or core.short:
        return True
    if core.has_holding:
        for place in range(core.held_count):
            if holding_rate(core, core.held[place]) != 0.0:
                return True
    return False


cdef double holding_rate(Core core, Py_ssize_t column) noexcept:
    if not core.has_holding or core.holding[column] < 0:
        return 0.0
    return value_at(core, core.holding[column], core.touched)


cdef int accrue(Core core, Py_ssize_t session) except -1:
    """Interest since the last touch; borrow and holding fees of the last session's values."""
    cdef Py_ssize_t column, place
    cdef double value, short, free_, earned, collateral, years, rate
    cdef Sum total, shorts
    if session == core.touched:
        return 0
    shorts.count = total.count = 0
    for place in range(core.held_count if core.short else 0):
        value = value_of(core, session - 1, core.held[place])
        if value < 0:
            add(&shorts, value)
    short = -rounded(&shorts)
    free_ = core.cash - short
    earned = free_ * (growth_over(core, core.touched, session, free_) - 1)
    collateral = short * (growth_over(core, core.touched, session, 1.0) - 1)
    add(&total, core.cash)
    post(core, session, CREDIT if free_ < 0 else INTEREST, -1, earned + collateral, &total)
    if carries(core):
        for place in range(core.held_count):
            column = core.held[place]
            value = value_of(core, session - 1, column)
            rate = 0.0
            years = core.days[session] / (YEAR if value < 0 else HOLDING_YEAR)
            if value < 0:
                rate = core.borrow[column]
            elif value > 0:
                rate = holding_rate(core, column)
            if rate != 0.0:
                post(core, session, CARRY, column, -(fabs(value) * rate * years), &total)
    core.cash = rounded(&total)
    core.touched = session
    return 0


cdef int pay_off(Core core, Py_ssize_t session) except -1:
    cdef Py_ssize_t column
    cdef Sum total
    for column in core.pays_off[session]:
        if core.units[column] != 0.0:
            total.count = 0
            add(&total, core.cash)
            post(core, session, DELISTING, column,
                 core.units[column] * <double>core.payoff[column] * core.before[session, column],
                 &total)
            core.cash = rounded(&total)
            core.units[column] = 0.0
        give_up(core, session, column)
    return 0


cdef int dividends(Core core, Py_ssize_t session) except -1:
    cdef Py_ssize_t column, place
    cdef double units, rate, gross, kept, fee
    cdef Sum total
    total.count = 0
    add(&total, core.cash)
    for place in range(core.held_count):
        column = core.held[place]
        units = core.units[column]
        if not core.dividend[session, column] > 0:
            continue
        rate = core.before[session, column]
        gross = units * core.dividend[session, column] * rate
        post(core, session, DIVIDEND, column, gross, &total)
        if units < 0:
            continue
        if core.foreign:
            kept = gross * value_at(core, core.withholding[column], session)
            post(core, session, WITHHOLDING, column, -kept, &total)
            gross -= kept
        fee = 0.0
        if core.adr_year[column] != core.year[session]:
            core.adr_year[column] = core.year[session]
            fee = core.adr_fee[column]
        fee = fee * units / core.later[session, column]
        post(core, session, ADR_FEE, column, -smaller(fee * rate, gross), &total)
    core.cash = rounded(&total)
    return 0


cdef int flow(Core core, Py_ssize_t session, double equity) except -1:
    """Let money in or out: the twin of Desk._flow."""
    cdef double amount = core.outside[session, 0] + core.outside[session, 1] * equity
    cdef Sum total
    if amount < 0 and equity + amount <= 0:
        core.dry, core.withdrawal = session, -amount
        return 0
    total.count = 0
    add(&total, core.cash)
    post(core, session, FLOW, -1, amount, &total)
    core.cash = rounded(&total)
    core.unplaced += core.outside[session, 2] + core.outside[session, 3] * equity
    return 0
