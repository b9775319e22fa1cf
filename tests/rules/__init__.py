"""One table per rule: title, premises, arguments, conclusion or the reason of the refusal."""
