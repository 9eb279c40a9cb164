"""A year of history to look at, made from public facts; see ``history`` for what is real and what is not."""
