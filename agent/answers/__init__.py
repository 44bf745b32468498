"""What a designer is asked and what it answers: one module for each judgement."""
