"""Policies learned from outcomes, and how good they are beside everything simpler."""
