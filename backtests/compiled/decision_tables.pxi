"""All decisions of a run: the twin of simulation/decision_tables.py; part of core.pyx."""

def laid_out(const double[:, ::1] table, const unsigned char[:, :] able, const long long[::1] own,
             Py_ssize_t lines, double most):
    """Weights by column, and of each row whether it was asked, is plain, and is held directly."""
    _check(table.shape[1] == own.shape[0] == able.shape[1] and table.shape[0] == able.shape[0]
           and _below(own, lines))
    weights_ = np.zeros((table.shape[0], lines))
    marks_ = np.zeros((3, table.shape[0]), dtype=bool)
    cdef double[:, ::1] weights = weights_
    cdef unsigned char[:, ::1] marks = marks_.view(np.uint8)
    cdef Py_ssize_t row, place
    cdef bint asked, plain, direct
    cdef double weight, total
    for row in range(table.shape[0]):
        asked, plain, direct, total = False, True, True, 0.0
        for place in range(table.shape[1]):
            weight = table[row, place]
            asked |= weight == weight
            plain &= 0.0 <= weight < INFINITY
            direct &= (weight == 0.0) | (able[row, place] != 0)
            total += weight
        marks[0, row], marks[1, row], marks[2, row] = asked, plain and total <= most, direct
        if asked and direct:
            for place in range(table.shape[1]):
                weights[row, own[place]] = table[row, place]
    return weights_, marks_
