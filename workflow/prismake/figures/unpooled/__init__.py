"""Figures of an outcome without pooling: the effect direction plot and the albatross plot."""
