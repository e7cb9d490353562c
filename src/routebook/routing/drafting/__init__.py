"""Choosing by hand: a model, or several, for each tag, without learning anything."""
