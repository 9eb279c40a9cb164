"""What was learned, and whether it was done: post-mortems, reviews, action items, follow-ups."""
