"""Who is reached, who is on duty, and whether the letter arrived."""
