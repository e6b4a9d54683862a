"""Risk of bias: answers to an instrument as stars, domains and one word for each study."""
