"""The typed design, from what the documents say to what the critic found.

    Brief -> EntityModel -> Schema -> Workload, Indexes -> Operations -> EvidenceLog -> Verdict

Every part is frozen and strict, refers to others by name, and can hold a bad design so that it can be
reported: cross-checks are rules of the critic, not validators here.
"""
