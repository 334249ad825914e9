"""An update, from its sources to the registry's file."""
