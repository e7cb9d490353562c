"""Prompts and outcomes to learn with: a few of our own, and the real ones of others, which are not ours to ship.

=======  ==============================================================================================================
`tasks`  the bundled prompts, their kinds, and whether an answer is right
`mmlu`   14,037 questions that two models answered: read from a folder, or downloaded from their source
=======  ==============================================================================================================
"""

from routebook.datasets.mmlu import mmlu
from routebook.datasets.tasks import is_right, kinds, tasks

__all__ = ["is_right", "kinds", "mmlu", "tasks"]
