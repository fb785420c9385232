"""Exact sums, rounded once, half to even, as math.fsum does; part of core.pyx."""

cdef inline double larger(double a, double b) noexcept:
    """As Python's max, without a call."""
    return b if b > a else a


cdef inline double smaller(double a, double b) noexcept:
    return b if b < a else a


cdef inline double floored(double x) noexcept:
    """As math.floor of what is not negative, without a call."""
    return <double><long long>x if x < WHOLE else x


cdef inline double ceiled(double x) noexcept:
    """As math.ceil of what is not far below zero, but that there is no negative zero."""
    cdef double whole = floored(x)
    return whole + 1.0 if whole < x else whole


# Any sum (Shewchuk 1997)

cdef enum:
    ROOM = 2100  # of finite numbers each part has a bit of its own, and there are 2,098


cdef struct Sum:
    double part[ROOM]
    int count


cdef inline void add(Sum* total, double x) noexcept:
    cdef int kept = 0, place
    cdef double y, high, low
    if x == 0.0:
        return
    for place in range(total.count):
        y = total.part[place]
        if fabs(x) < fabs(y):
            x, y = y, x
        high = x + y
        low = y - (high - x)
        if low != 0.0:
            total.part[kept] = low
            kept += 1
        x = high
    if x != 0.0:
        if kept == ROOM:
            kept = 0
            x = NAN
        total.part[kept] = x
        kept += 1
    total.count = kept


cdef inline double rounded(Sum* total) noexcept:
    cdef int left = total.count
    cdef double high = 0.0, low = 0.0, x, y
    if left > 0:
        left -= 1
        high = total.part[left]
    while left > 0:
        left -= 1
        x, y = high, total.part[left]
        high = x + y
        low = y - (high - x)
        if low != 0.0:
            break
    if left > 0 and ((low < 0.0 and total.part[left - 1] < 0.0)
                     or (low > 0.0 and total.part[left - 1] > 0.0)):
        y = low * 2.0
        x = high + y
        if y == x - high:
            high = x
    return high


# Sums of numbers of one size, which are most

cdef struct Total:
    double sum, lost, size


cdef inline void two_sum(Total* total, double x) noexcept:
    """Add x; what the addition loses is known exactly (Knuth)."""
    cdef double after = total.sum + x, back = after - total.sum, error
    error = (total.sum - (after - back)) + (x - back)
    total.lost += error
    total.size += fabs(error)
    total.sum = after


cdef inline bint settled(Total* total, Py_ssize_t count, double* found) noexcept:
    """Whether what was lost, added at the end, leaves no bit in doubt; `found` is the sum then.

    Adding up what was lost rounds each part of it at most `count` times, or side by side
    count / LANES + 3 * LANES times, which from 4 * LANES numbers on is less.
    """
    cdef double back, rest
    if total.size == 0.0:
        found[0] = 0.0 + total.sum  # never a negative zero
        return True
    found[0] = total.sum + total.lost
    back = found[0] - total.sum
    rest = fabs((total.sum - (found[0] - back)) + (total.lost - back))
    rest += (count + 8) * DBL_EPSILON * total.size
    return rest < (fabs(found[0]) - before(fabs(found[0]))) / 2


cdef inline double before(double x) noexcept:
    """The number before a positive one; of zero NaN."""
    cdef long long bits
    memcpy(&bits, &x, sizeof(double))
    bits -= 1
    memcpy(&x, &bits, sizeof(double))
    return x


cdef inline double row_sum(double first, const double* values, Py_ssize_t count) noexcept:
    """The exact sum, rounded once."""
    cdef Total total
    cdef double found
    cdef Py_ssize_t place = 0
    total.sum, total.lost, total.size = first, 0.0, 0.0
    if count >= 4 * LANES:
        place = count - count % LANES
        side_by_side(&total, values, place)
    while place < count:
        two_sum(&total, values[place])
        place += 1
    return found if settled(&total, count, &found) else slow_sum(first, values, count)


cdef void side_by_side(Total* total, const double* values, Py_ssize_t count) noexcept:
    """`two_sum` of `count` numbers, a multiple of LANES: sums that do not wait for each other."""
    cdef double[LANES] sum_, lost, size
    cdef int lane
    lane_sums(values, count, sum_, lost, size)
    for lane in range(LANES):
        two_sum(total, sum_[lane])
        total.lost += lost[lane]
        total.size += size[lane]


cdef double slow_sum(double first, const double* values, Py_ssize_t count) noexcept:
    cdef Sum total
    cdef Py_ssize_t place
    total.count = 0
    add(&total, first)
    for place in range(count):
        add(&total, values[place])
    return rounded(&total)


# For Python

def sums(const double[::1] values, const long long[::1] ends):
    """(K,) exact sums of stretches of `values`, which end at `ends`."""
    _check(_rising(ends, len(values)))
    found = np.zeros(len(ends))
    cdef double[::1] sum_ = found
    cdef Py_ssize_t run, place = 0
    for run in range(ends.shape[0]):
        if place < ends[run]:
            sum_[run] = row_sum(0.0, &values[place], ends[run] - place)
        place = ends[run]
    return found


def _rising(const long long[::1] ends, Py_ssize_t last):
    """Whether `ends` cut `last` rows into stretches."""
    cdef Py_ssize_t run
    cdef long long before = 0
    for run in range(ends.shape[0]):
        if ends[run] < before:
            return False
        before = ends[run]
    return before == last
