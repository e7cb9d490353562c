"""Speed beside the peers, in one run, as ratios: `make bench`.

Each client runs in a process of its own against one mock server in another; clients take turns, round by round, and
the medians are compared, so that a noisy machine troubles all of them alike.
"""
