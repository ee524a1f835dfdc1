"""Text in, verdicts out: relevance, kinds, places; training, evaluation and model folders."""
