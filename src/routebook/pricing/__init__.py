"""What a call costs: exact, dated, and with its source; what is not known stays unknown.

`PriceBook` is the way in. Behind it stand, in the order in which they are asked, the cost the host reported, the
user's own prices, servers the user called free, a small dated overlay of ours (Bedrock and the simulated models) and
genai-prices. Importing this package loads none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from routebook.pricing.book import PriceBook, price_book, set_price
    from routebook.pricing.money import Total, format_usd, total
    from routebook.pricing.tariff import Price, Rates, Tariff

__all__ = ["Price", "PriceBook", "Rates", "Tariff", "Total", "format_usd", "price_book", "set_price", "total"]

_HOMES = {
    "Price": "tariff", "Rates": "tariff", "Tariff": "tariff",
    "Total": "money", "format_usd": "money", "total": "money",
    "PriceBook": "book", "price_book": "book", "set_price": "book",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
