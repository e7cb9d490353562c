"""Models as judges of other models' answers.

================  ====================================================================================
`judge`           the verb: asks, reads, keeps
`rubric`          what a judge is asked, and how its reply is read
`transcript`      what a judge sees of a conversation
`questions`       what has to be asked of a run
`verdicts`        replies in both orders to one verdict
`canaries`        an answer that says nothing, and a copy of an answer
`judge_bias`      position, length, its own vendor
`judged`          the report; `judged_report` writes it out
================  ====================================================================================
"""
