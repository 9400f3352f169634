"""Conversations: what was said, kept in a database of its own, and given out again."""
