"""The commands of the command line, one room for all of them."""
