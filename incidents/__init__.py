"""What should happen (the runbook) and what did happen (incidents and their promises)."""
