"""Which answer was better, and how sure we are: checks, judges and people, and the figures that follow.

================  ====================================================================================
`checks`          scorers, and every answer through them: `Comparison.score`
`judges`          other models as judges, in both orders, with canaries: `Comparison.judge`
`people`          votes, and a blind ballot for a class or a team: `Comparison.vote`, `ballot`, `collect`
`tables`          all that was said of a run as two tables: scores of answers, and shares of pairs
`figures`         quality, rankings, agreement, how many prompts it takes; each with its uncertainty
`keeping`         into the store, with the run itself where that came from a file
`shown`           what the views show of it beside each answer
`whose_word`      what one of them said, as the quality of each answer
`run_outcomes`    the table that routing learns from
================  ====================================================================================

Importing this package is cheap: NumPy, pandas and SciPy are first loaded by what computes.
"""
