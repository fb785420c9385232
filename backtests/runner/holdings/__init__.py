"""A portfolio that somebody holds, as brokers export it or as written by hand: a format a file."""
