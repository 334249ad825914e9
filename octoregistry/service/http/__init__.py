"""The HTTP face: what the registry says, how the service is, and the review of what is held."""
