"""The entities of a large system in groups that one call can model, each with all statements that concern it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from database_specialist.agent.answers.question import Question
from database_specialist.agent.designer.naming import Named
from database_specialist.agent.designer.nouns import plural_name
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import Entity, EntityModel
from database_specialist.agent.reading.budget import Budget, least_tokens
from database_specialist.agent.reading.shards import about


@dataclass(frozen=True)
class Group:
    """Entities that are modelled in one call."""

    entities: tuple[Named, ...]
    """With just the statements that this group is shown: an entity with too many stands in several groups."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its entities."""
        return tuple(each.name for each in self.entities)

    @property
    def facts(self) -> tuple[str, ...]:
        """The statements that concern them, each once."""
        return tuple(dict.fromkeys(fact for each in self.entities for fact in each.facts))

    def halves(self) -> tuple[Group, ...]:
        """Return two smaller groups; the group alone where it cannot be cut."""
        if len(self.entities) > 1:
            middle = len(self.entities) // 2
            return Group(self.entities[:middle]), Group(self.entities[middle:])
        (only,) = self.entities
        if len(only.facts) < 2:
            return (self,)
        middle = len(only.facts) // 2
        return tuple(Group((_with(only, facts),)) for facts in (only.facts[:middle], only.facts[middle:]))


@dataclass(frozen=True)
class Share:
    """What of a large system one call is asked for, and what it may point at beyond what it is shown."""

    told: str = ""
    """The words that narrow the question."""
    outside: tuple[Entity, ...] = ()
    """Entities of other shares, by name only."""
    brief: Brief | None = None
    """The statements that elements may rest on, where these are more than the ones shown."""

    def narrowed(self, question: Question) -> Question:
        """Return the question for this share; the stable text stays first."""
        return replace(question, user=f"{question.user}\n\n{self.told}") if self.told else question

    def seen(self, model: EntityModel) -> EntityModel:
        """Return the model among the entities of the other shares: what its references are checked against."""
        own = {entity.name for entity in model.entities} | {entity.plural for entity in model.entities}
        others = tuple(each for each in self.outside if not own & {each.name, each.plural})
        return model.model_copy(update={"entities": (*model.entities, *others)})


def grouped(entities: Sequence[Named], brief: Brief, *, budget: Budget, fixed: int) -> tuple[Group, ...]:
    """Return groups within the budget; entities of the same statements stand together where they fit.

    Every entity stands in a group with each of its statements. Only one statement that is too long by itself exceeds
    the budget. `fixed` is what each call holds beside statements, in tokens.
    """
    declared = {entity.fact for entity in brief.declared}
    least = {fact.id: least_tokens(fact) for fact in brief.facts if fact.id not in declared}

    def fits(candidate: Iterable[Named]) -> bool:
        group = Group(tuple(candidate))
        known = [least[fact] for fact in group.facts if fact in least]
        if len(group.names) > budget.entities or sum(shown for shown, _ in known) > budget.part_statements:
            return False
        if sum(told for _, told in known) > budget.part_answer:
            return False
        return budget.fits_part(about(brief, group.facts), fixed=fixed)

    parts = [part for each in entities for part in _parts(each, fits)]
    clusters = _clustered(parts, fits)
    return tuple(Group(cluster) for cluster in _packed(clusters, fits))


Fits = Callable[[Iterable[Named]], bool]


def _with(entity: Named, facts: tuple[str, ...]) -> Named:
    return Named(entity.name, entity.meaning, facts, entity.known_as, entity.beside)


def _parts(entity: Named, fits: Fits) -> list[Named]:
    """Cut an entity whose statements do not fit one call into several runs of them."""
    if len(entity.facts) < 2 or fits([entity]):
        return [entity]
    middle = len(entity.facts) // 2
    halves = (_with(entity, entity.facts[:middle]), _with(entity, entity.facts[middle:]))
    return [part for half in halves for part in _parts(half, fits)]


def _clustered(parts: Sequence[Named], fits: Fits) -> list[tuple[Named, ...]]:
    """Join entities that share statements, those that share most first."""
    clusters: dict[int, tuple[Named, ...]] = {index: (part,) for index, part in enumerate(parts)}
    home = list(range(len(parts)))
    for _, first, second in _ties(parts):
        one, other = sorted((home[first], home[second]))
        joined = (*clusters[one], *clusters[other]) if one != other else ()
        # Two runs of one entity's statements were cut because they do not fit.
        if not joined or len({each.name for each in joined}) < len(joined) or not fits(joined):
            continue
        clusters[one] = joined
        del clusters[other]
        home = [one if each == other else each for each in home]
    return list(clusters.values())


def _ties(parts: Sequence[Named]) -> list[tuple[int, int, int]]:
    """Return the pairs of parts that belong together: the strongest first, then in their order."""
    held = [set(part.facts) for part in parts]
    ties = []
    for first in range(len(parts)):
        for second in range(first + 1, len(parts)):
            shared = len(held[first] & held[second])
            beside = parts[first].name == parts[second].beside or parts[second].name == parts[first].beside
            if shared or beside:
                ties.append((-shared - beside, first, second))
    return sorted(ties)


def _packed(clusters: Sequence[tuple[Named, ...]], fits: Fits) -> list[tuple[Named, ...]]:
    """Fill groups up with neighbours in the documents, so that there are few."""
    bins: list[tuple[Named, ...]] = []
    for cluster in sorted(clusters, key=_first_fact):
        place = next((index for index in reversed(range(len(bins))) if _joins(bins[index], cluster, fits)), None)
        if place is None:
            bins.append(cluster)
        else:
            bins[place] = (*bins[place], *cluster)
    return bins


def _joins(group: tuple[Named, ...], cluster: tuple[Named, ...], fits: Fits) -> bool:
    names = {each.name for each in (*group, *cluster)}
    return len(names) == len(group) + len(cluster) and fits((*group, *cluster))


def _first_fact(cluster: tuple[Named, ...]) -> int:
    return min((int(fact[1:]) for each in cluster for fact in each.facts), default=0)


def by_name(entities: Iterable[Named]) -> tuple[Entity, ...]:
    """Return entities that are only names yet."""
    return tuple(
        Entity(
            name=each.name, plural=plural_name(each.name), description=each.meaning, added_because="Named elsewhere."
        )
        for each in entities
    )
