"""Questions that a person asks of the registry: costs, evidence, history, comparison."""
