"""What a strategy answers and what a run puts out, in columns; part of core.pyx."""

# What a strategy answers

@cython.final
cdef class Wanted:
    """Weights by column, which the core reads without a look into a dict."""

    cdef long long* columns
    cdef double* weights
    cdef Py_ssize_t count

    def __cinit__(self, Py_ssize_t most):
        self.count = 0
        self.columns = <long long*>realloc(NULL, max(1, most) * sizeof(long long))
        self.weights = <double*>realloc(NULL, max(1, most) * sizeof(double))
        if self.columns == NULL or self.weights == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.columns)
        free(self.weights)

    def items(self):
        """As a dict's."""
        return [(self.columns[place], self.weights[place]) for place in range(self.count)]


def by_column(answer, dict own, double most):
    """An answer of which nothing is to be said: the twin of simulation.decisions.by_column."""
    cdef Wanted found
    cdef double weight
    cdef Py_ssize_t room, at = 0
    cdef PyObject* line
    cdef PyObject* place
    cdef bint in_order = True
    if type(answer) is not dict:
        return None
    room = len(answer)  # a key may change the dict while it is looked up
    found = Wanted(room)
    for ticker, value in (<dict>answer).items():
        # As long as the lines come in the order of `own` none is looked up.
        in_order = (in_order and PyDict_Next(own, &at, &line, &place)
                    and line == <PyObject*>ticker)
        column = <object>place if in_order else own.get(ticker)
        if column is None or type(value) is not float or found.count == room:
            return None
        weight = value
        if not weight >= 0.0:
            return None
        if weight != 0.0:
            found.columns[found.count] = column
            found.weights[found.count] = weight
            found.count += 1
    weight = row_sum(0.0, found.weights, found.count)
    return found if weight <= most < INFINITY else None


# What a run puts out, in columns

@cython.final
cdef class Log:
    """Rows of doubles that grow."""

    cdef double* data
    cdef Py_ssize_t count, room, width
    cdef bint handed

    def __cinit__(self, Py_ssize_t width):
        self.handed = False
        self.data, self.count, self.room, self.width = NULL, 0, 0, width

    def __dealloc__(self):
        free(self.data)

    cdef double* next(self) except NULL:
        cdef double* grown
        cdef Py_ssize_t room = 2 * self.room + 64
        if self.count == self.room:
            grown = <double*>realloc(self.data, room * self.width * sizeof(double))
            if grown == NULL:
                raise MemoryError
            self.data, self.room = grown, room
        self.count += 1
        return self.data + (self.count - 1) * self.width

    def table(self):
        """(count, width), handed over: the log is empty then."""
        cdef view.array found
        self.handed = True
        if self.count == 0:
            return np.empty((0, self.width))
        found = <double[:self.count, :self.width]>self.data
        found.callback_free_data = free
        self.data, self.count, self.room = NULL, 0, 0
        return np.asarray(found)
