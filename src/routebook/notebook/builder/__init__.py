"""`rb.PolicyBuilder`: a policy built by hand, with what held-out prompts say of it at every step.

================  =====================================================================================
`policy_builder`  the public class: what a cell shows, and what Python has of it
`building`        what stands: a stop of the slider, or what a hand made of one; undo and redo
`editing`         what a hand changes in a policy
`shown`           the same as plain data for the page, and as a report for where no widget can be
`messages`        what the page may say, read strictly
`widget`          the anywidget that carries both ways; js/src/builder/ is the other side
================  =====================================================================================
"""

from routebook.notebook.builder.policy_builder import PolicyBuilder

__all__ = ["PolicyBuilder"]
