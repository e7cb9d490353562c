"""What follows from all that was said, with its uncertainty.

================  ====================================================================================
`quality`         how good each model is, and whether two differ
`ranking`         win rates and Bradley-Terry strengths; `ranking_tables` has its rows
`agreement`       whether judges, checks and people agree
`power`           how many prompts it takes to tell two models apart
`folding`         what each model got on each prompt
`intervals`       of shares and of mean scores
`paired`          differences on the same prompts, and Holm's correction
`comparisons`     votes as arrays, strictly read
`bradley_terry`   the fit; `length_control` with length as a covariate; `strengths` with bootstrap rounds
`resampling`      prompts drawn anew, and the interval of what was found
`krippendorff`    alpha
================  ====================================================================================
"""
