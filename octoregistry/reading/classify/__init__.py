"""What a label says: a function of its text and place."""
