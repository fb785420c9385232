"""From weights to whole lots: the twin of simulation/sizing.py; part of core.pyx."""

cdef int targets(Core core, Py_ssize_t session, double equity) except -1:
    """Units wanted, and whether to order them.

    What trading costs is kept aside, the highest estimate so far.
    """
    cdef Py_ssize_t column, place
    cdef int turn
    cdef double cost = 0.0, needed, goal, held
    find_active(core)
    for turn in range(ROUNDS):
        core.sells_count = core.buys_count = 0
        for place in range(core.active_count):
            column = core.active[place]
            held, goal = core.units[column], 0.0
            if core.kept[column]:
                goal = held
            elif core.weighted[column]:
                goal = round_lot(core, column, session, core.weight[column] * (equity - cost)
                                 / core.worth[session, column])
            if turn and goal == core.wanted[column]:
                continue  # most lots stay as they were
            core.wanted[column], core.asked[column] = goal, 0.0
            core.ordered[column] = needs_order(core, session, column, goal, held, equity)
            line_up(core, column, goal - held, core.ordered[column])
        for place in range(core.sells_count):
            ask(core, core.sells[place], session)
        for place in range(core.buys_count):
            ask(core, core.buys[place], session)
        for place in range(core.active_count):
            core.scratch[place] = core.asked[core.active[place]]
        needed = row_sum(0.0, &core.scratch[0], core.active_count)
        if needed <= cost:
            break
        cost = smaller(needed, equity)
    return 0


cdef void send_orders(Core core, Py_ssize_t session, int over) noexcept:
    """What is ordered replaces what still waits; over: sessions over which it fills.

    The weights behind it say what debt is allowed.
    """
    cdef Py_ssize_t column, at, count = 0
    cdef double size
    core.waiting, core.late = 0, False
    if core.lines:
        memset(&core.missed[0], 0, core.lines)
        memset(&core.size[0], 0, core.lines * sizeof(double))
    for at in range(core.active_count):
        column = core.active[at]
        size = core.wanted[column] - core.units[column]
        core.size[column] = size if core.ordered[column] else 0.0
        core.waiting += core.ordered[column]
        core.scratch[count] = core.weight[column]
        count += core.weighted[column]
    core.net = row_sum(0.0, &core.scratch[0], count)
    if over > 1 or core.parted:
        part_orders(core, session, over)


cdef void part_orders(Core core, Py_ssize_t session, int over) noexcept:
    """What of each order may fill in a session; over: sessions, 1: all of it."""
    cdef Py_ssize_t column, at
    core.part[:], core.parted = INFINITY, over > 1
    for at in range(core.active_count if over > 1 else 0):
        column = core.active[at]
        core.part[column] = part(core, column, session, fabs(core.size[column]) / over)


cdef double part(Core core, Py_ssize_t column, Py_ssize_t session, double size) noexcept:
    """What may fill in a session of an order that fills over several: the twin of Sizer.part."""
    cdef double later, lot, whole
    if core.fractional:
        return size
    later = core.later[session, column]
    lot = later if core.star[column] else value_at(core, core.lot[column], session) * later
    whole = ceil(size / lot - 1e-9) * lot
    return larger(whole, STAR_MINIMUM * later) if core.star[column] else whole


cdef int place_flows(Core core, Py_ssize_t session) except -1:
    """Put what flowed into what is under its target: the twin of Desk._place and Sizer.placed."""
    cdef Py_ssize_t column, place, count
    cdef int turn
    cdef double money, equity, room, share, held, goal, gap, needed, cost = 0.0
    if core.unplaced == 0.0 or core.decisions.count == core.decided or core.waiting:
        return 0
    money, core.unplaced = core.unplaced, 0.0
    equity = equity_at(core, session)
    count = find_gaps(core, session, equity, money)
    room = row_sum(0.0, &core.scratch[0], count)
    for turn in range(ROUNDS if count else 0):
        share = larger(0.0, smaller(1.0, (money - cost) / room))
        count = 0
        for place in range(core.active_count):
            column = core.active[place]
            gap = core.gap[column]
            if gap == 0.0:
                continue
            held = core.units[column]
            goal = round_lot(core, column, session,
                             held + share * gap / core.worth[session, column])
            goal = larger(held, goal) if gap > 0 else smaller(held, goal)
            core.wanted[column], core.asked[column] = goal, 0.0
            core.ordered[column] = needs_order(core, session, column, goal, held, equity)
            if core.ordered[column]:
                ask(core, column, session)
            core.scratch[count] = core.asked[column]
            count += 1
        needed = row_sum(0.0, &core.scratch[0], count)
        if needed <= cost:
            break
        cost = needed
    for place in range(core.active_count):
        column = core.active[place]
        if (core.wanted[column] != 0.0 and fabs(core.wanted[column] - core.units[column])
                * core.worth[session, column] < core.smallest):
            core.ordered[column] = 0
    send_orders(core, session, 1)
    return 0


cdef Py_ssize_t find_gaps(Core core, Py_ssize_t session, double equity, double money) noexcept:
    """How far active lines are under their target, or above it where money leaves; how many are."""
    cdef Py_ssize_t column, place, count = 0
    cdef double gap
    find_active(core)
    for place in range(core.active_count):
        column = core.active[place]
        gap = ((core.weight[column] if core.weighted[column] else 0.0) * equity
               - core.units[column] * core.worth[session, column])
        core.gap[column] = gap if gap * money > 0 else 0.0
        core.scratch[count] = core.gap[column]
        count += core.gap[column] != 0.0
    return count


cdef void find_active(Core core) noexcept:
    """The columns that are held or wanted; of the others nothing is ordered."""
    cdef Py_ssize_t column
    core.active_count = 0
    for column in range(core.lines):
        core.active[core.active_count] = column
        core.active_count += (core.weighted[column] != 0) | (core.units[column] != 0.0)
        core.ordered[column] = 0
        core.wanted[column] = 0.0


cdef inline void ask(Core core, Py_ssize_t column, Py_ssize_t session) noexcept:
    """What an order is expected to cost."""
    cdef Quote expected = estimate(
        core, column, session, core.wanted[column] - core.units[column])
    core.asked[column] = expected.fee + expected.slippage


cdef inline void line_up(Core core, Py_ssize_t column, double size, bint ordered) noexcept:
    """Among the sells or the buys, without a branch: no processor foresees which."""
    core.sells[core.sells_count] = core.buys[core.buys_count] = column
    core.sells_count += ordered & (size < 0)
    core.buys_count += ordered & (size > 0)


cdef inline bint needs_order(Core core, Py_ssize_t session, Py_ssize_t column, double goal,
                             double held, double equity) noexcept:
    # `&` and `|` for the same reason.
    return ((fabs(goal - held) > ROUNDING * larger(fabs(goal), fabs(held)))
            & ((goal == 0.0) | worth_sending(core, column, session, goal - held, equity)))


cdef inline bint worth_sending(Core core, Py_ssize_t column, Py_ssize_t session, double size,
                               double equity) noexcept:
    if core.fractional:
        return fabs(size) * core.worth[session, column] > SENT * equity
    if core.star[column] and size > 0:
        return size >= STAR_MINIMUM * core.later[session, column]
    return True


cdef inline double round_lot(Core core, Py_ssize_t column, Py_ssize_t session,
                             double units) noexcept:
    """`units` towards zero to whole lots."""
    cdef double later, lot, whole
    if core.fractional:
        return units
    later = core.later[session, column]
    lot = later if core.star[column] else value_at(core, core.lot[column], session) * later
    whole = floored(fabs(units) / lot + 1e-9) * lot
    if core.star[column] and whole < STAR_MINIMUM * later:
        return 0.0
    return copysign(whole, units)


cdef inline Quote estimate(Core core, Py_ssize_t column, Py_ssize_t session,
                           double quantity) noexcept:
    return quote_at(core, column, session, quantity, core.last[session, column],
                    core.rate[session, column])


cdef inline Quote quote(Core core, Py_ssize_t column, Py_ssize_t session,
                        double quantity) noexcept:
    return quote_at(core, column, session, quantity, core.opens[session, column],
                    core.before[session, column])


cdef inline Quote quote_at(Core core, Py_ssize_t column, Py_ssize_t session, double quantity,
                           double price, double rate) noexcept:
    cdef double later = core.later[session, column]
    cdef double off = half_spread(core, column, session, price * later)
    cdef Quote made
    made.price = price * (1 + (off if quantity > 0 else -off))
    made.rate = rate
    made.fee = fee(core, column, session, quantity / later, fabs(quantity) * made.price)
    made.fee = made.fee * rate
    made.slippage = fabs(quantity) * price * off * rate
    return made
