"""Which answer was better, and how sure we are: checks, judges and people, and the figures that follow.

================  ====================================================================================
`scorers`         the checks: exact, contains, regex, numeric, json_schema, choice, code, similarity
`scoring`         `Comparison.score`: every answer through every check
`judge`           `Comparison.judge`: other models as judges, in both orders, with canaries
`voting`          people's votes
`ballot`          a blind ballot for a class or a team; `collect` merges what comes back
`tables`          all that was said of a run as two tables: scores of answers, and shares of pairs
`quality`         how good each model is, and whether two differ
`ranking`         win rates and Bradley-Terry strengths, with intervals
`agreement`       whether judges, checks and people agree
`power`           how many prompts it takes to tell two models apart
================  ====================================================================================

Importing this package is cheap: NumPy, pandas and SciPy are first loaded by what computes.
"""
