"""What a person asks of the registry: what a workload costs, why a price stands there, what moved, what others say."""
