"""Many sets of parameters of one strategy: simulated, kept, put into a table and a plateau map."""
