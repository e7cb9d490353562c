"""From outcomes to rules one can read: policies, how they decide, and how they are made.

Reading a policy and deciding by it needs the standard library and PyYAML, and re2 where a rule looks for a pattern or a
word; no SDK, no pandas and no notebook.
"""
