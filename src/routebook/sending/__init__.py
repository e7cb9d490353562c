"""Sends prompts by a policy: decide, ask the first model, go on to its fallbacks, and say what happened."""
