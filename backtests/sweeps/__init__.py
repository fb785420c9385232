"""Many sets of parameters of one strategy: played, kept, put into a table and a plateau map."""
