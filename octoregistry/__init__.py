"""The service that keeps models.yaml true: sources, documents, reading, planning, publishing."""
