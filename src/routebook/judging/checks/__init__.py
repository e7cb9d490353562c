"""Checks: what can be said of an answer without a judge.

================  ====================================================================================
`scorers`         those that come with routebook, as ``rb.scorers``
`scorer`          what a scorer is, and how a user's function becomes one
`scoring`         every answer of a run through every scorer
`expecting`       what is expected of each prompt
`choosing`        which letter of a multiple choice an answer names
`likeness`        how alike two texts are
`patterns`        regular expressions in linear time
`shapes`          whether an answer follows a JSON schema
`fences`          the code in an answer
`code_check`      generated Python against tests; `code_tests`, `code_process` and `code_child` run it
================  ====================================================================================
"""
