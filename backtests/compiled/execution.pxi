"""What executes at an open: the twin of simulation/execution.py; part of core.pyx."""

cdef int trade(Core core, Py_ssize_t session, Py_ssize_t start, Py_ssize_t end,
               double equity) except -1:
    """Sells, then as many buys as the allowed debt carries."""
    cdef Py_ssize_t place, column
    cdef double size
    core.sells_count = core.buys_count = 0
    for place in range(start, end):
        column = core.group[place]
        size = core.size[column]
        line_up(core, column, size, core.ordered[column]
                & ((core.fillable[session, column] & (BUYS if size > 0 else SELLS)) != 0))
    for place in range(core.sells_count):
        column = core.sells[place]
        size = larger(core.size[column], -core.part[column])
        execute(core, session, column, size, quote(core, column, session, size))
    settle(core)
    for place in range(start, end):
        column = core.group[place]
        if (core.size[column] < 0 and core.fillable[session, column] & OPENED
                and not (core.part[column] < INFINITY
                         and core.fillable[session, column] & SELLS)):
            core.missed[column] = core.late = True
    if core.buys_count:
        buy(core, session, equity)
    return 0


cdef int buy(Core core, Py_ssize_t session, double equity) except -1:
    """Covers in full; the rest by one factor, as far as cash and credit go."""
    cdef Py_ssize_t place, column, count = core.buys_count
    cdef double size, price, spare, purse, factor = 1.0
    cdef Quote* offer
    for place in range(count):
        column = core.buys[place]
        size = smaller(core.size[column], core.part[column])
        if not worth_sending(core, column, session, size, 0.0):
            size = 0.0
        core.sent[place] = size
        core.covers[place] = smaller(size, larger(0.0, -core.units[column]))
        offer = &core.quotes[place]
        offer[0] = quote(core, column, session, size)
        price = offer.price * offer.rate
        core.due[2 * place] = offer.fee
        core.due[2 * place + 1] = core.covers[place] * price
        core.rest[place] = (size - core.covers[place]) * price
    spare = row_sum(0.0, &core.rest[0], count)
    purse = (core.cash + allowed_debt(core, session, equity)
             - row_sum(0.0, &core.due[0], 2 * count))
    if not spare <= larger(purse, 0.0):
        factor = larger(0.0, purse / spare)
    for place in range(count):
        column = core.buys[place]
        size = core.sent[place]
        if factor != 1.0:
            size = core.covers[place] + round_lot(
                core, column, session, factor * (size - core.covers[place]))
            core.quotes[place] = quote(core, column, session, size)
        core.fits[place] = size
        execute(core, session, column, size, core.quotes[place])
    settle(core)
    for place in range(count):
        column = core.buys[place]
        if core.ordered[column] and core.fits[place] < core.sent[place]:
            cut(core, session, column, core.sent[place] - core.fits[place])
    return 0


cdef int execute(Core core, Py_ssize_t session, Py_ssize_t column, double quantity,
                 Quote quote) except -1:
    """Book one execution, and take it off its order."""
    cdef double left
    cdef double* row
    if quantity == 0.0:
        return 0
    row = core.fills.next()
    row[0], row[1], row[2], row[3] = session, column, quantity, quote.price
    row[4], row[5], row[6] = quote.rate, quote.fee, quote.slippage
    core.flow[core.flows] = -quantity * quote.price * quote.rate
    core.flow[core.flows + 1] = -quote.fee
    core.flows += 2
    left = core.units[column] + quantity
    core.units[column] = 0.0 if fabs(left) <= FILLED * fabs(quantity) else left
    left = core.size[column] - quantity
    if fabs(left) <= FILLED * fabs(quantity):
        drop(core, column)
    else:
        core.size[column] = left
    return 0


cdef void settle(Core core) noexcept:
    """Into cash goes what was executed together."""
    core.cash = row_sum(core.cash, &core.flow[0], core.flows)
    core.flows = 0


cdef int cut(Core core, Py_ssize_t session, Py_ssize_t column, double size) except -1:
    """What credit did not carry lapses, or waits for missed sells (a cash account: for all)."""
    cdef Py_ssize_t other
    cdef double left
    if missing(core):
        return 0
    if core.waits:
        for other in range(core.lines):
            if core.ordered[other] and core.size[other] < 0:
                return 0
    left = core.size[column] - size
    if left > FILLED * size:
        core.size[column] = left
    else:
        drop(core, column)
    core.lapses.append((session, column, size, NO_CASH))
    return 0


cdef int give_up(Core core, Py_ssize_t session, Py_ssize_t column) except -1:
    """The order of a line that was delisted."""
    if core.ordered[column]:
        core.lapses.append((session, column, core.size[column], DELISTED))
        drop(core, column)
    return 0


cdef inline void drop(Core core, Py_ssize_t column) noexcept:
    core.ordered[column] = 0
    core.size[column] = 0.0
    core.waiting -= 1


cdef bint missing(Core core) noexcept:
    """Whether a sale whose venue opened without filling it is still unfilled."""
    cdef Py_ssize_t column
    for column in range(core.lines):
        if core.missed[column] and core.size[column] < 0:
            return True
    return False


cdef double allowed_debt(Core core, Py_ssize_t session, double equity) noexcept:
    """How far below zero the purchases of an open may push the cash."""
    cdef double borrowed = larger(0.0, core.net - 1) * equity
    cdef Py_ssize_t column, count = 0
    cdef double size
    cdef double[2] parts
    cdef Quote quote
    if core.waits:
        return borrowed
    for column in range(core.lines):
        size = core.size[column]
        if size < 0 and not core.missed[column]:
            quote = estimate(core, column, session - 1, size)
            core.scratch[count] = -size * quote.price * quote.rate - quote.fee
            count += 1
    parts[0] = row_sum(0.0, &core.scratch[0], count)
    parts[1] = 0.0 if core.late else core.tolerance * larger(equity, 0.0)
    return row_sum(borrowed, parts, 2)


cdef void note_debt(Core core, Py_ssize_t session) noexcept:
    if core.cash < 0 and (core.indebted < 0 or -core.cash > core.debt):
        core.indebted, core.debt = session, -core.cash
