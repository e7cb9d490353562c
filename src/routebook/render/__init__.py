"""How a comparison is shown: cards, and those as HTML or as a table in a terminal. Pure functions; no notebook here."""
