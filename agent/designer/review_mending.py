"""A later round of the rules designer on another's review of the schema."""

from __future__ import annotations

import re
from collections.abc import Sequence

from database_specialist.agent.answers.review import ReviewPatch, SchemaReview
from database_specialist.agent.designer.patching import patched_review
from database_specialist.agent.model.evidence import Finding


def without(review: SchemaReview, findings: Sequence[Finding]) -> SchemaReview:
    """Return the review of the schema without what the findings name."""
    places = " ".join(finding.place for finding in findings)
    names = [each.name for each in review.checks]
    names += [each.name for each in review.uniques]
    names += [each.name for each in review.routines]
    names += [each.name for each in review.foreign_keys]
    names += [f"{each.table}.{each.column}" for each in review.columns]
    named = tuple(name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", places))
    return patched_review(review, ReviewPatch(withdraw=named))
