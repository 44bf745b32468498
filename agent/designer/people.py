"""Roles and people: who is an entity, and who is only a role of whoever signs in."""

from __future__ import annotations

from collections.abc import Mapping

from database_specialist.agent.designer.attributes import attribute
from database_specialist.agent.designer.candidates import Candidate
from database_specialist.agent.designer.draft import Draft
from database_specialist.agent.designer.knowledge import Lexicon
from database_specialist.agent.designer.nouns import comparable, human, name_words, singular_name
from database_specialist.agent.model.brief import Brief, Role
from database_specialist.agent.model.entities import Relationship

_STRONG = frozenset(
    {"declared", "table", "rest", "feature", "named", "fields", "volume", "heading", "identifier", "subject"}
)
_MACHINES = frozenset(
    {
        "api",
        "gateway",
        "system",
        "service",
        "server",
        "provider",
        "worker",
        "app",
        "application",
        "platform",
        "scheduler",
        "job",
        "bot",
        "cron",
        "processor",
        "engine",
        "database",
        "integration",
        "printer",
        "device",
        "sensor",
    }
)
MAX_ROLES = 12


def role_names(brief: Brief, lexicon: Lexicon) -> dict[str, Role]:
    """Return the roles of people by their snake_case names; machines and systems are left out."""
    found: dict[str, Role] = {}
    for role in brief.roles:
        words = tuple(
            word for word in name_words(role.name.split("(")[0].split("/")[0]) if word not in ("the", "a", "an")
        )
        name = singular_name(words, lexicon)
        if not words or len(words) > 3 or set(name.split("_")) & _MACHINES:
            continue
        found.setdefault(name, role)
    return dict(list(found.items())[:MAX_ROLES])


def is_only_role(candidate: Candidate, brief: Brief, lexicon: Lexicon) -> bool:
    """Whether a person is a role of the account holders: nothing is kept about it that an account does not have."""
    archetype = lexicon.archetypes.get(candidate.archetype or "")
    if archetype is None or not archetype.person or archetype.name == "user" or candidate.key != archetype.name:
        return False
    strong = {source for source, _ in candidate.signs if source in _STRONG}
    return not strong - {"heading"}


def set_roles(draft: Draft, folded: Mapping[str, tuple[str, ...]]) -> None:
    """Let the account stand for the folded people, and hold the roles as an enumeration."""
    user = draft.find("user")
    if user is None:
        return
    roles = role_names(draft.brief, draft.lexicon)
    kept = [name for name in roles if _is_held_by_users(name, draft)]
    for name in (*folded, *kept):
        draft.aliases.setdefault(comparable(name, draft.lexicon), user.name)
        archetype = draft.lexicon.names.get(human(name))
        if archetype and archetype not in draft.aliases:
            draft.aliases[archetype] = user.name
    _link_profiles(draft, kept)
    values = tuple(dict.fromkeys((*folded, *kept)))
    if user.declared or draft.find("role") is not None or len(values) < 2 or "role" in user.attributes:
        return
    facts = tuple(dict.fromkeys(fact for name in kept for fact in roles[name].facts[:1]))[:6]
    user.attributes["role"] = attribute(
        "role", user.name, lexicon=draft.lexicon, type="enum", values=values, facts=facts, default=None,
        because=f"The documents tell {', '.join(human(value) for value in values)} apart by what they may do.",
    )  # fmt: skip


def _link_profiles(draft: Draft, roles: list[str]) -> None:
    """Tie what is kept about the people of a role to the account that they sign in with."""
    user = draft.find("user")
    for name in roles:
        profile = draft.entities.get(name)
        if user is None or profile is None or profile is user or profile.archetype is not None:
            continue
        draft.relate(
            Relationship(
                source=profile.name,
                target=user.name,
                role=user.name,
                cardinality="one_to_one",
                required=False,
                ownership="independent",
                inverse=profile.name,
                added_because=f"{human(profile.plural).capitalize()} sign in, and keep data of their own.",
            )
        )


def _is_held_by_users(name: str, draft: Draft) -> bool:
    return name not in ("user", "users", "customer_user", "end_user", "visitor", "guest_user", "anonymous")
