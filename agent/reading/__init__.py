"""From the text of documents to the Brief: facts with their places, quantities, the stack."""
