"""What a rule of a policy asks about a prompt: a closed grammar, no code.

==============  =======================================================================================================
`asked`         what is known of a prompt when a policy decides
`facts`         ``{tag: coding}``, ``{language: de}``
`compared`      ``{metadata: plan, equals: pro}``, ``{feature: prompt_tokens, at_least: 2000}``
`words`         ``{keyword: [traceback, refactor]}``, ``{regex: "(?i)prove|derive"}``
`searches`      finds all patterns of a policy in one go
`logic`         ``any``, ``all`` and ``not`` over these
==============  =======================================================================================================

Each is a frozen class with five methods: `matches` tells whether it holds, `test` makes the function that tells so
quickly for every prompt of a policy, `sentence` says what is asked, `finding` says what was found, `data` is how it
stands in a file.
"""

from routebook.routing.conditions.asked import Asked
from routebook.routing.conditions.compared import FeatureIs, MetadataIs
from routebook.routing.conditions.facts import InLanguage, TagIs
from routebook.routing.conditions.logic import AllOf, AnyOf, Condition, Not, depth, leaves
from routebook.routing.conditions.words import HasKeyword, Matches

__all__ = [
    "AllOf",
    "AnyOf",
    "Asked",
    "Condition",
    "FeatureIs",
    "HasKeyword",
    "InLanguage",
    "Matches",
    "MetadataIs",
    "Not",
    "TagIs",
    "depth",
    "leaves",
]
