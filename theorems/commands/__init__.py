"""The commands, in a module for each thing that people do."""
