"""The protocol: the configuration and its terms, forms, instruments, and new reviews."""
