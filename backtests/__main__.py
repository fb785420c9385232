"""python -m backtests: the same as the console script newsfolio."""

from backtests.cli import main

if __name__ == "__main__":
    main()
