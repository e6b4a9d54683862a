"""Data kept beside the sheets because it cannot be rebuilt: answers as read, ids, versions."""
