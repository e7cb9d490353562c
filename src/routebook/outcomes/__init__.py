"""What the routing side reads: how good, dear and fast each model was for each prompt, from a run or anyone's table.

=========  ==========================================================================
`table`    `Outcomes`, the value, and `Source`, where it is from
`reading`  `Outcomes.from_frame`: anyone's wide or long table, checked
`columns`  a table's cells as numbers, texts and tags, and what is wrong with them
`files`    a table from a file
`prices`   what models charge, as the user gives it
`layout`   what a table says of models and answers: hosts, costs, times, tokens
`build`    repeats folded, and the frames that an `Outcomes` holds
`names`    what a policy calls the models of a table
`figures`  features, a digest, tables by model, notes
=========  ==========================================================================

Importing this package is cheap: pandas and NumPy are first loaded by what reads or computes.
"""

from routebook.outcomes.names import model_ids
from routebook.outcomes.table import Outcomes, Source

__all__ = ["Outcomes", "Source", "model_ids"]
