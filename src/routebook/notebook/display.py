"""What a notebook is given of a comparison: data for the interactive view, HTML and text for everywhere else."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from routebook.errors import StoreError, VoteError
from routebook.judging.voting import opened_for, standing_votes
from routebook.render.document import COMPARISON_MIME, document
from routebook.render.html import notebook_html
from routebook.render.text import short_text
from routebook.votes import Vote, user

if TYPE_CHECKING:
    from routebook.comparison import Comparison

Html = Callable[["Comparison", Collection[str]], str]
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
    """Return a comparison by media type, with the votes of the store."""
    votes, opened = votes_on(comparison)
    return {
        COMPARISON_MIME: document(comparison, votes=votes, opened=opened),
        "text/html": html(comparison, opened),
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
