"""A plan into the text of models.yaml: the lines that change and no others, written whole or not at all."""
