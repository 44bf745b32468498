"""The designer behind which a chat model stands: one module and one prompt for each judgement."""
