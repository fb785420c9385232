"""Commands about what is kept of all runs: the ledger, frozen rules, runs judged again."""
