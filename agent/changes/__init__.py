"""From a schema that is there already to the design: the differences, and the steps that make them.

    existing schema --loaded--> catalog --renames--> catalog --+
                                                               +--> compare, write steps, run them, look again
    design -----------loaded--> catalog -----------------------+

Both sides are what the engine says of itself, so no reading of SQL by us decides what is there. Each stage runs its
steps in the planning database and the next one compares anew, so what a step drags along is seen by the next.
"""
