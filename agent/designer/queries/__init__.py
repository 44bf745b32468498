"""The queries that requirements imply: from a sentence's verb and objects to SQL on the mapped tables."""
