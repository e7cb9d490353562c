"""Regular expressions: matched in linear time (`linear`), written so that all engines agree (`portable`)."""
