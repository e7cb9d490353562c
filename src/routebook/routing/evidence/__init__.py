"""What outcomes say of a policy, with its uncertainty; each is behind a door of `Policy`, and hosts behind `hosts`.

================  ====================================================================================
`assigned`        which rule and route each prompt of a table gets, and which model then answers
`estimates`       means of quality, costs and times over prompts, and how they differ, with intervals
`figures`         what a policy or a single model gets, costs and takes, as values
`evaluation`      all of that beside every single model: `Policy.evaluate`
`parties`         the vendors, hosts and models behind a policy, and how concentrated they are
`traffic`         its prompts with its own models, also with some of them down or dearer
`prices`          what it costs at other prices
`exposure`        whom it depends on: `Policy.exposure`
`choices`         each route's choice beside the models that might beat it
`favour`          what that costs, and each vendor's choices together
`neutrality`      whether its choices are the best there are: `Policy.neutrality`
`shifts`          whether a figure has changed between two samples
`recorded`        the evidence in a policy, as figures to compare with
`check`           which rules no longer hold: `Policy.check`
`offers`          what each model of a run or a table got, side by side
`matching`        which models of several hosts are said to be one
`texts`           whether two hosts' answers differ, by a kernel two-sample test
`hosts`           one model at several hosts: `routebook.hosts`
`wording`         how all of it is put into words; each ``..._report`` shows one of the above
================  ====================================================================================

Importing this package is cheap: NumPy and pandas are first loaded by what computes.
"""
