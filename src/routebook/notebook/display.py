"""What a notebook is given of a comparison: data for the interactive view, HTML and text for everywhere else."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from routebook.errors import StoreError, VoteError
from routebook.judging.people.voting import opened_for, standing_votes
from routebook.judging.shown import said_of
from routebook.render.document import COMPARISON_MIME, document
from routebook.render.html import notebook_html
from routebook.render.said import Said
from routebook.render.text import short_text
from routebook.votes import Vote, user

if TYPE_CHECKING:
    from routebook.comparison import Comparison

Html = Callable[["Comparison", Collection[str], Said], str]
Bundle = dict[str, Any]


def display_bundle(comparison: Comparison) -> Bundle:
    """Return what a comparison shows as the value of a cell; from then on the page can ask about it."""
    from IPython.core.getipython import get_ipython

    from routebook.notebook import listen
    from routebook.notebook.port import port

    listen(get_ipython())
    port.show(comparison)
    return result_bundle(comparison)


def result_bundle(comparison: Comparison, html: Html = notebook_html) -> Bundle:
    """Return a comparison by media type, with the votes of the store and what checks and judges said."""
    votes, opened = votes_on(comparison)
    said = said_of(comparison, votes)
    return {
        COMPARISON_MIME: document(comparison, votes=votes, opened=opened, said=said),
        "text/html": html(comparison, opened, said),
        "text/plain": short_text(comparison, opened),
    }


def votes_on(comparison: Comparison) -> tuple[tuple[Vote, ...], frozenset[str]]:
    """Return the votes that stand, and the ids of a blind run's prompts that these have opened for who looks at it.

    A store that cannot be read keeps nobody from looking at the answers.
    """
    try:
        votes = standing_votes(comparison)
        me = user() if comparison.run.blind and votes else ""
    except (StoreError, VoteError):
        return comparison.file_votes, frozenset()
    return votes, opened_for(me, comparison, votes)
