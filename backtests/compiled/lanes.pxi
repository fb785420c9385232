"""Sums side by side, as wide as the processor can; part of core.pyx.

Every lane is added up by itself, so that the width changes no bit. Where compiler and C library can
choose a width when the program starts, they do.
"""

cdef extern from *:
    """
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
    #define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
    #else
    #define WIDE
    #endif

    enum { LANES = 16, TILE = 8 };

    /* Add x to a sum; what the addition loses is known exactly (Knuth). */
    #define TWO_SUM(sum, lost, size, x) do { \\
        const double after_ = (sum) + (x), back_ = after_ - (sum); \\
        const double error_ = ((sum) - (after_ - back_)) + ((x) - back_); \\
        (lost) += error_; (size) += fabs(error_); (sum) = after_; \\
    } while (0)

    /* `count` numbers, a multiple of LANES, into LANES sums. */
    WIDE static void lane_sums(const double *values, Py_ssize_t count, double *sum, double *lost,
                               double *size) {
        double s[LANES] = {0}, l[LANES] = {0}, z[LANES] = {0};
        for (Py_ssize_t place = 0; place < count; place += LANES)
            for (int lane = 0; lane < LANES; lane++)
                TWO_SUM(s[lane], l[lane], z[lane], values[place + lane]);
        memcpy(sum, s, sizeof s); memcpy(lost, l, sizeof l); memcpy(size, z, sizeof z);
    }

    WIDE static void products(const double *a, const double *b, Py_ssize_t count, double *out) {
        for (Py_ssize_t place = 0; place < count; place++)
            out[place] = a[place] * b[place];
    }

    /* Cash at `count` closes: what it was by `base`, grown as `table` does. */
    WIDE static void grown(double cash, double base, const double *table, Py_ssize_t count,
                           double *out) {
        for (Py_ssize_t place = 0; place < count; place++)
            out[place] = cash * (table[place] / base);
    }

    /* Cash and units x prices of `count` lines at TILE closes. spare: above zero where no bit of
       `worth` is in doubt (exact_sums.settled). */
    WIDE static void tile_worths(const double *cash, const double *units, const double **prices,
                                 Py_ssize_t row, Py_ssize_t count, double *worth, double *spare) {
        double s[TILE], l[TILE] = {0}, z[TILE] = {0}, found[TILE], below[TILE];
        long long bits[TILE];
        memcpy(s, cash, sizeof s);
        for (Py_ssize_t place = 0; place < count; place++) {
            const double held = units[place], *price = prices[place] + row;
            for (int lane = 0; lane < TILE; lane++)
                TWO_SUM(s[lane], l[lane], z[lane], held * price[lane]);
        }
        for (int lane = 0; lane < TILE; lane++) {
            found[lane] = s[lane] + l[lane];
            below[lane] = fabs(found[lane]);
        }
        memcpy(bits, below, sizeof bits);
        for (int lane = 0; lane < TILE; lane++)
            bits[lane] -= 1;
        memcpy(below, bits, sizeof bits);
        for (int lane = 0; lane < TILE; lane++) {
            const double back = found[lane] - s[lane];
            const double rest = fabs((s[lane] - (found[lane] - back)) + (l[lane] - back))
                + (double)(count + 8) * DBL_EPSILON * z[lane];
            spare[lane] = (fabs(found[lane]) - below[lane]) / 2 - rest;
            worth[lane] = found[lane];
        }
    }
    """
    enum:
        LANES
        TILE  # closes whose worth is added up side by side
    void lane_sums(const double*, Py_ssize_t, double*, double*, double*) noexcept nogil
    void products(const double*, const double*, Py_ssize_t, double*) noexcept nogil
    void grown(double, double, const double*, Py_ssize_t, double*) noexcept nogil
    void tile_worths(const double*, const double*, const double**, Py_ssize_t, Py_ssize_t, double*,
                     double*) noexcept nogil
