"""What the team has laid down: the configuration and its words, the forms that reviewers see, a new review."""
