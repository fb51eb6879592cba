"""Erased people: nothing of them is left anywhere, and nothing brings them back."""
