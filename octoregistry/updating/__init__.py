"""An update, from its sources to the registry's file: planned, checked, and carried out."""
