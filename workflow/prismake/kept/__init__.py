"""What the workflow keeps beside the sheets because it cannot be rebuilt: answers as read, ids, versions."""
