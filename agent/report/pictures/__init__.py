"""The pictures beside the document. Each shows figures of the design that a table of the document holds too."""
