"""The scaling plan: partitions, replicas, caches and shards, each decided on this project's numbers."""

from __future__ import annotations

from database_specialist.agent.model.operations import Scaling
from database_specialist.agent.operations.caches import decide_cache, plan_caches
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.partitions import decide_partitioning, schedules
from database_specialist.agent.operations.replicas import decide_replica, plan_replicas
from database_specialist.agent.operations.shards import decide_sharding, shard_candidates


def plan_scaling(ground: Ground) -> Scaling:
    """Return the plan; every topic is decided, also where the answer is no."""
    return Scaling(
        partitions=schedules(ground),
        replicas=plan_replicas(ground),
        caches=plan_caches(ground),
        shard_keys=shard_candidates(ground),
        decisions=(
            *decide_partitioning(ground),
            decide_replica(ground),
            decide_cache(ground),
            decide_sharding(ground),
        ),
    )
