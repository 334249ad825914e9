"""The HTTP API: models and prices, the state of the service, and the review of held changes."""
