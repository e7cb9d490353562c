"""Which answer was better: what people, checks and judges say of a run, as methods of it.

Each method is a door: what is behind it is in `routebook.judging`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from routebook.answers import Answers
from routebook.lookup import PromptKey
from routebook.models import ModelId

if TYPE_CHECKING:
    import pandas as pd

    from routebook.votes import Vote, Winner


class JudgedAnswers(Answers):
    """Answers, and what is said of them; see `Comparison`."""

    def vote(
        self,
        prompt: PromptKey | None = None,
        *,
        winner: Winner | None = None,
        a: str | ModelId | None = None,
        b: str | ModelId | None = None,
        rating: int | None = None,
        model: str | ModelId | None = None,
        repeat: int = 0,
        by: str | None = None,
        note: str = "",
    ) -> Vote:
        """Say which of two answers is better, or how good one is; it is in the store when this returns.

        Who votes again on the same answers has changed their mind: the later vote stands.

        Parameters
        ----------
        prompt, repeat
            As in `text`.
        winner
            ``a``, ``b``, ``tie`` or ``both_bad``.
        a, b
            Whose answers; names as in `text`. Not needed where there are two.
        rating
            Instead of a winner: 1 (worst) to 5 (best) for one answer.
        model
            Whose; not needed where there is one.
        by
            Who votes: ``$ROUTEBOOK_USER``, else ``$JUPYTERHUB_USER``, else your login's name.
        note
            Why, at most 10,000 characters.

        Raises
        ------
        VoteError
            If it is no vote, or on an answer that failed without a text.
        ModelError, RunError
            As `text`.

        Examples
        --------
        >>> import routebook as rb
        >>> run = rb.compare("Name a prime.", models=["sim/small", "sim/large"])
        >>> run.vote(winner="b", by="ada", note="explains why").model_b
        'sim/large'
        >>> run.votes[["model_a", "model_b", "winner", "by"]].values.tolist()
        [['sim/small', 'sim/large', 'b', 'ada']]
        """
        from routebook.judging.voting import vote

        return vote(
            self,
            self._prompt(prompt),
            winner=winner,
            between=(a, b),
            rating=rating,
            model=model,
            repeat=repeat,
            by=by,
            note=note,
        )

    @property
    def votes(self) -> pd.DataFrame:
        """The votes that stand, one row each, oldest first: those in the store, and those that came with a file.

        The columns are ``prompt_id``, ``repeat``, ``kind`` (``pair`` or ``rating``), ``model_a``, ``model_b``,
        ``winner`` (``a``, ``b``, ``tie`` or ``both_bad``), ``model``, ``rating`` (1 to 5), ``note``, ``by``, ``at``
        (UTC), ``blind`` and ``shown`` (the models in the order in which they were shown).
        """
        from routebook.judging.voting import frame, standing_votes

        return frame(standing_votes(self))
