"""The human loop without files: who is asked what and in which order, what they decided, how well they agree."""
