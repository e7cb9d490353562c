"""Asks many at once: plan, fan-out, limits, retries, budget, events.

The engine runs on one background event loop. It owns time, retries and money; providers own protocols; the store
owns what came back.
"""
