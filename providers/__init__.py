"""One interface for Gemini, OpenAI and Anthropic, realtime and batch, with exact costs from the registry."""
