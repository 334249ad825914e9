"""A language model on labels: what words mean that no row of the vocabulary knows, asked once and kept for a person."""
