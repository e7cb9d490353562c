"""Scripts that run in other tools' environments. They import the standard library and their tool, and no routebook."""
