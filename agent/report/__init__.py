"""From the Design to the files of `ai_docs/`; the only writer of that text."""
