"""From outcomes to rules one can read: policies, how they decide, and how they are made.

Reading a policy and deciding by it needs the standard library and PyYAML only; nothing here imports an SDK, pandas or
a notebook.
"""
