"""What every room of the package stands on."""
