"""From the last backup to the service being back: what is restored, what may be lost, how long it may take."""

from __future__ import annotations

from database_specialist.agent.model.evidence import Evidence
from database_specialist.agent.model.operations import Backup, BackupJob
from database_specialist.agent.report.markdown import quantity
from database_specialist.agent.report.pictures.svg import Drawing

_WIDTH, _AXIS = 860.0, 136.0
_COPY, _INCREMENT, _SAFE, _DISASTER, _BACK = 90.0, 250.0, 480.0, 590.0, 790.0
_SEGMENT, _LINE = 22.0, 20.0
_FIRST = ("base", "snapshot", "logical")
_NAMES = {"base": "Base backup", "snapshot": "Snapshot", "logical": "Dump", "incremental": "Increment", "wal": "Log"}
_CONTINUOUS = ("continuous", "point in time")
"""Words of a platform whose copies hold the log as well."""
_MARKS = {"incremental": "f0", "wal": "f2"}


def recovery(backup: Backup, rehearsed: tuple[Evidence, ...]) -> str:
    """Draw the timeline of a recovery; empty where no backup is planned. `rehearsed` are the records of it."""
    copy = next((job for kind in _FIRST for job in backup.jobs if job.kind == kind), None)
    if copy is None:
        return ""
    others = (next((job for job in backup.jobs if job.kind == kind), None) for kind in ("incremental", "wal"))
    jobs = (copy, *(job for job in others if job is not None))
    kinds: set[str] = {job.kind for job in jobs}
    if any(word in copy.frequency for word in _CONTINUOUS):
        kinds.add("wal")
    height = _AXIS + 146 + _LINE * len(jobs)
    drawing = Drawing(
        _WIDTH, height, title="Recovery after a disaster", description=_description(backup, jobs, rehearsed)
    )
    drawing.text(24, 32, "Recovery after a disaster", style="ink head")
    drawing.text(24, 51, "Time runs to the right, not to scale.", style="quiet")
    _timeline(drawing, copy, kinds)
    _spans(drawing, backup, _last(kinds))
    _restoring(drawing, kinds)
    for number, job in enumerate(jobs):
        y = _AXIS + 118 + _LINE * number
        drawing.dot(_COPY - 34, y - 4, 5, style=_MARKS.get(job.kind, "f0"))
        drawing.text(_COPY - 20, y, _told(job))
    drawing.text(24, height - 18, _rehearsal(rehearsed), style="quiet")
    return drawing.render()


def _told(job: BackupJob) -> str:
    return f"{_NAMES[job.kind]}: {job.frequency}; kept {job.retention}, {quantity(job.size)} ({job.size.origin})"


def _last(kinds: set[str]) -> float:
    """Return where the last thing lies that a recovery can use."""
    return _SAFE if "wal" in kinds else _INCREMENT if "incremental" in kinds else _COPY


def _timeline(drawing: Drawing, copy: BackupJob, kinds: set[str]) -> None:
    drawing.line(((40, _AXIS), (_WIDTH - 40, _AXIS)), style="axis")
    drawing.line(((_WIDTH - 47, _AXIS - 5), (_WIDTH - 40, _AXIS), (_WIDTH - 47, _AXIS + 5)), style="axis")
    if "wal" in kinds:
        for x in range(int(_COPY) + 4, int(_SAFE - _SEGMENT), int(_SEGMENT)):
            drawing.box(x, _AXIS - 6, _SEGMENT - 4, 12, style="f2")
        _label(drawing, (_INCREMENT + _SAFE) / 2 + 20, "Log")
    _event(drawing, _COPY, _NAMES[copy.kind], "f0")
    if "incremental" in kinds:
        _event(drawing, _INCREMENT, _NAMES["incremental"], "f0")
    drawing.line(((_DISASTER - 7, _AXIS - 7), (_DISASTER + 7, _AXIS + 7)), style="losing")
    drawing.line(((_DISASTER - 7, _AXIS + 7), (_DISASTER + 7, _AXIS - 7)), style="losing")
    _label(drawing, _DISASTER, "Disaster")
    _event(drawing, _BACK, "Back", "f2")


def _event(drawing: Drawing, x: float, name: str, style: str) -> None:
    drawing.dot(x, _AXIS, 8, style=style)
    _label(drawing, x, name)


def _label(drawing: Drawing, x: float, name: str) -> None:
    drawing.text(x, _AXIS + 28, name, anchor="middle")


def _spans(drawing: Drawing, backup: Backup, safe: float) -> None:
    """Draw what may be lost, and how long the service is away, above the line."""
    words = f"RPO {quantity(backup.rpo)} ({backup.rpo.origin}): may be lost"
    _span(drawing, safe, _DISASTER, words, "losing", anchor="end", at=_DISASTER)
    middle = (_DISASTER + _BACK) / 2
    _span(drawing, _DISASTER, _BACK, f"RTO {quantity(backup.rto)} ({backup.rto.origin})", "axis", "middle", middle)


def _span(drawing: Drawing, left: float, right: float, words: str, style: str, anchor: str, at: float) -> None:
    y = _AXIS - 34
    drawing.line(((left, y + 8), (left, y), (right, y), (right, y + 8)), style=style)
    drawing.text(at, y - 9, words, style="loss" if style == "losing" else "ink", anchor=anchor)


def _restoring(drawing: Drawing, kinds: set[str]) -> None:
    """Draw what a recovery takes, below the line: the copy, then the log up to the moment before the disaster."""
    y, end = _AXIS + 60, _last(kinds) + (100 if "wal" in kinds else 30)
    drawing.line(((_COPY, y - 14), (_COPY, y), (end, y)), style="l0 dashed")
    drawing.line(((end - 7, y - 5), (end, y), (end - 7, y + 5)), style="l0")
    told = "Restore the copy"
    told += ", put the increments on it" if "incremental" in kinds else ""
    told += ", replay the log to the moment before the disaster" if "wal" in kinds else "; what came after it is gone"
    drawing.text(_COPY - 40, y + 22, f"{told}.")


def _rehearsal(rehearsed: tuple[Evidence, ...]) -> str:
    held = [record.id for record in rehearsed if record.status == "EXECUTED" and record.passed]
    return (
        f"Rehearsed on the seed's rows, see Verification: {', '.join(held)}." if held else "Not rehearsed in this run."
    )


def _description(backup: Backup, jobs: tuple[BackupJob, ...], rehearsed: tuple[Evidence, ...]) -> str:
    return (
        f"{'. '.join(map(_told, jobs))}. At most {quantity(backup.rpo)} of data are lost ({backup.rpo.origin}), and "
        f"the service is back within {quantity(backup.rto)} ({backup.rto.origin}). {_rehearsal(rehearsed)}"
    )
