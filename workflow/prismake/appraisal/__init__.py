"""Risk of bias: answers to an instrument as stars, domain judgements and an overall word for each study."""
