"""What outcomes say of a policy, with its uncertainty; each is behind a door of `Policy`.

==============  ======================================================================================
`assigned`      which rule and route each prompt of a table gets, and which model then answers
`estimates`     means of quality, costs and times over prompts, and how they change, with intervals
`figures`       what a policy or a single model gets, costs and takes, as values
`evaluation`    what the policy gets, costs and takes, beside every single model: `Policy.evaluate`
`wording`       how all of it is put into words
==============  ======================================================================================

Importing this package is cheap: NumPy and pandas are first loaded by what computes.
"""
