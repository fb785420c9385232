"""What headline figures are made of: the twin of simulation/metrics.moments; part of core.pyx.

numpy adds numbers that lie side by side pairwise; here they are added in the same order.
"""

cdef extern from *:
    """
    enum { PAIRED = 128, ABREAST = 8 };

    WIDE static double paired_block(const double *values, Py_ssize_t count) {
        double r[ABREAST], total;
        Py_ssize_t place;
        if (count < ABREAST) {
            total = -0.0;
            for (place = 0; place < count; place++)
                total += values[place];
            return total;
        }
        memcpy(r, values, sizeof r);
        for (place = ABREAST; place < count - count % ABREAST; place += ABREAST)
            for (int lane = 0; lane < ABREAST; lane++)
                r[lane] += values[place + lane];
        total = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
        for (; place < count; place++)
            total += values[place];
        return total;
    }

    /* As numpy.add.reduce of a row. */
    static double paired(const double *values, Py_ssize_t count) {
        Py_ssize_t half = count / 2;
        if (count <= PAIRED)
            return paired_block(values, count);
        half -= half % ABREAST;
        return paired(values, half) + paired(values + half, count - half);
    }

    /* What each of `count` sessions earned; the lowest of it. */
    WIDE static double gained(const double *curve, Py_ssize_t count, double *out) {
        double low[ABREAST] = {0}, least = 0;
        Py_ssize_t place = 0;
        for (; place + ABREAST <= count; place += ABREAST)
            for (int lane = 0; lane < ABREAST; lane++) {
                const double gain = curve[place + lane + 1] / curve[place + lane] - 1;
                out[place + lane] = gain;
                low[lane] = gain < low[lane] ? gain : low[lane];
            }
        for (int lane = 0; lane < ABREAST; lane++)
            least = low[lane] < least ? low[lane] : least;
        for (; place < count; place++) {
            out[place] = curve[place + 1] / curve[place] - 1;
            least = out[place] < least ? out[place] : least;
        }
        return least;
    }

    WIDE static void less(const double *values, const double *cash, Py_ssize_t count,
                          double *out) {
        for (Py_ssize_t place = 0; place < count; place++)
            out[place] = values[place] - cash[place];
    }

    WIDE static void squares(const double *values, double mean, Py_ssize_t count, double *out) {
        for (Py_ssize_t place = 0; place < count; place++) {
            const double apart = values[place] - mean;
            out[place] = apart * apart;
        }
    }

    /* Squares of what is below zero. */
    WIDE static void squares_below(const double *values, Py_ssize_t count, double *out) {
        for (Py_ssize_t place = 0; place < count; place++) {
            const double below = values[place] > 0 ? 0.0 : values[place];
            out[place] = below * below;
        }
    }

    /* The lowest of equity over its highest so far, minus one. */
    WIDE static double deepest(const double *curve, Py_ssize_t count, double *highest) {
        double high = curve[0], low[ABREAST], least;
        Py_ssize_t place;
        for (place = 0; place < count; place++)
            highest[place] = high = curve[place] > high ? curve[place] : high;
        for (int lane = 0; lane < ABREAST; lane++)
            low[lane] = INFINITY;
        for (place = 0; place + ABREAST <= count; place += ABREAST)
            for (int lane = 0; lane < ABREAST; lane++) {
                const double under = curve[place + lane] / highest[place + lane] - 1;
                low[lane] = under < low[lane] ? under : low[lane];
            }
        least = INFINITY;
        for (int lane = 0; lane < ABREAST; lane++)
            least = low[lane] < least ? low[lane] : least;
        for (; place < count; place++) {
            const double under = curve[place] / highest[place] - 1;
            least = under < least ? under : least;
        }
        return least;
    }
    """
    double paired(const double*, Py_ssize_t) noexcept nogil
    double gained(const double*, Py_ssize_t, double*) noexcept nogil
    void less(const double*, const double*, Py_ssize_t, double*) noexcept nogil
    void squares(const double*, double, Py_ssize_t, double*) noexcept nogil
    void squares_below(const double*, Py_ssize_t, double*) noexcept nogil
    double deepest(const double*, Py_ssize_t, double*) noexcept nogil


def moments(const double[:, ::1] curve, const double[::1] cash):
    """(K, 5) as metrics.plain_moments; NaN where a curve is short, lost or no number."""
    cdef Py_ssize_t run, sessions = curve.shape[1] - 1
    _check(sessions < 2 or len(cash) == sessions)
    found = np.full((len(curve), 5), NAN)
    room = np.empty((3, max(2, sessions + 1)))
    cdef double[:, ::1] out = found, work = room
    for run in range(curve.shape[0] if sessions >= 2 else 0):
        if curve[run, 0] > 0 and gained(&curve[run, 0], sessions, &work[0, 0]) > -1:
            fill_moments(&curve[run, 0], &cash[0], sessions, &work[0, 0], &work[1, 0],
                         &work[2, 0], &out[run, 0])
    return found


cdef void fill_moments(const double* curve, const double* cash, Py_ssize_t sessions,
                       const double* returns, double* excess, double* room, double* out) noexcept:
    cdef double mean = paired(returns, sessions) / sessions
    if not -INFINITY < mean < INFINITY:
        return
    less(returns, cash, sessions, excess)
    out[0] = deviation(returns, mean, sessions, room)
    out[1] = paired(excess, sessions) / sessions
    out[2] = deviation(excess, out[1], sessions, room)
    squares_below(excess, sessions, room)
    out[3] = sqrt(paired(room, sessions) / sessions)
    out[4] = deepest(curve, sessions + 1, room)


cdef double deviation(const double* values, double mean, Py_ssize_t count, double* room) noexcept:
    squares(values, mean, count, room)
    return sqrt(paired(room, count) / (count - 1))


def turned(const double[:, ::1] fills, const long long[::1] ends, const long long[::1] rows,
           const double[:, ::1] equity):
    """(K, 2) as metrics.turned."""
    cdef Py_ssize_t run, fill, place = 0, count, sessions = equity.shape[1]
    cdef double before
    _check(len(ends) == len(equity) and fills.shape[1] == 7 and len(rows) == len(fills)
           and _rising(ends, len(fills)))
    found, room = np.zeros((len(ends), 2)), np.empty((2, len(fills) + 1))
    cdef double[:, ::1] out = found, work = room
    for run in range(ends.shape[0]):
        count = ends[run] - place
        for fill in range(count):
            work[0, fill] = 0.0
            if 0 < rows[place] < sessions:
                before = equity[run, rows[place] - 1]
                if before > 0:
                    work[0, fill] = fabs(
                        fills[place, 2] * fills[place, 3] * fills[place, 4]) / before
            work[1, fill] = fills[place, 5] + fills[place, 6]
            place += 1
        out[run, 0] = row_sum(0.0, &work[0, 0], count)
        out[run, 1] = row_sum(0.0, &work[1, 0], count)
    return found
