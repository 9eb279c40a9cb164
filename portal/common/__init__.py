"""The floor: what every app may import, and which imports nothing of theirs."""
