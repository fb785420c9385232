"""What describes a run beside its verdict, and decides nothing."""
