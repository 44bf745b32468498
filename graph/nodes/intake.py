"""Taking in the documents and current practice."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from langgraph.runtime import Runtime
from langgraph.types import Overwrite

from database_specialist.agent.changes.loading import load
from database_specialist.agent.changes.renames import require_old_names
from database_specialist.agent.changes.wishes import fills_from, renames_from
from database_specialist.agent.chat import engine_in, folders_in, last_request
from database_specialist.agent.config import Context
from database_specialist.agent.designer.designer import Designer
from database_specialist.agent.errors import ConfigError, DocumentError
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.brief import Research
from database_specialist.agent.model.change import Existing
from database_specialist.agent.reading.stack import quick_stack
from database_specialist.agent.reading.title import project_title
from database_specialist.agent.research import Topic, topics
from database_specialist.agent.sources import merged
from database_specialist.graph.asking import asks
from database_specialist.graph.parts import Parts
from database_specialist.graph.reading import Tell, teller
from database_specialist.graph.services import Services, resolve, services
from database_specialist.graph.state import Asked, State, Update


def research(state: Asked, runtime: Runtime[Context]) -> Update:
    """Look quickly through the documents for the stack, and list what to ask about it."""
    used, context, request = services(runtime), resolve(runtime.context), last_request(state.messages)
    folder = state.named("folder") or used.find_folder(folders_in(request)) or state.folder
    engine = state.named("engine") or engine_in(request) or context.engine
    settled = {
        key: value for key, value in (("folder", folder), ("engine", engine)) if value and state.named(key) is None
    }
    update: Update = {**_nothing_yet(), "folder": folder, "engine": engine, "settled": settled, "run": used.new_run()}
    try:
        documents = used.read_folder(Path(folder))
        stack = quick_stack(documents, engine=engine)
        existing = _existing(context, stack.engine, used)
    except (ConfigError, DocumentError) as error:
        return {**update, "status": "input_error", "reason": str(error)}
    beside = f", a change from {existing.origin}" if existing else ""
    teller(runtime, "research")(f"{len(documents)} documents, engine {stack.engine}{beside}")
    used.values(Path(folder)).sweep()
    if existing:
        update |= Parts(cast(State, update), runtime).kept(existing=existing)
    return {**update, "topics": [vars(topic) for topic in topics(stack, engine=context.engine)]}


def _existing(context: Context, engine: Engine, used: Services) -> Existing | None:
    """Read the schema that is there already, and have the sandbox take it: a bad one is told at once."""
    renamed = renames_from(context.rename or ())
    fills_from(context.fill or ())
    if not context.existing:
        if context.rename or context.fill:
            raise ConfigError("--rename and --fill speak of an existing schema; name it with --existing")
        return None
    existing = used.read_existing(context.existing, engine)
    with used.sandbox(engine) as sandbox, sandbox.database() as database:
        if sandbox.status == "EXECUTED":
            require_old_names(load(existing, database), renamed)
    return existing


# The two tool nodes. They call the tools of tools/research_tools.py by the services behind them and not through
# LangGraph's ToolNode: that runs the calls which a model wrote into a message, and here no model may choose the words
# that leave the machine. The questions come from code, the run is the same without a model, and a branch that fails is
# a line in the document.
def context7(state: State, runtime: Runtime[Context]) -> Update:
    """Ask Context7 for the documentation of the engine and the stores beside it."""
    return _ask("context7", state, runtime)


def perplexity(state: State, runtime: Runtime[Context]) -> Update:
    """Ask Perplexity for current practice."""
    return _ask("perplexity", state, runtime)


@asks
def read_requirements(state: State, runtime: Runtime[Context], designer: Designer, tell: Tell) -> Update:
    """State the documents as facts, each with its place."""
    folder = Path(state["folder"])
    documents = services(runtime).read_folder(folder)
    project = project_title(documents) or _project_name(folder)
    brief = designer.read_requirements(documents, project=project, engine=state["engine"])
    tell(f"{len(brief.facts)} facts, {len(brief.quantities)} figures, {len(brief.gaps)} gaps")
    research = merged(Research.load(note) for note in state["research_notes"])
    return Parts(state, runtime).kept(brief=brief, research=research)


def _nothing_yet() -> Update:
    """Return the keys that a later node asks for before they are filled.

    A thread may hold an earlier run: nothing of it may be taken for this run's.
    """
    return {
        "topics": [],
        "research_notes": Overwrite([]),
        "existing": None,
        "research": None,
        "brief": None,
        "entity_model": None,
        "schema_review": None,
        "workload": None,
        "index_plan": None,
        "index_review": None,
        "index_edits": None,
        "change": None,
        "operations_review": None,
        "critique": None,
        "verdict": None,
        "objections": [],
        "fingerprints": [],
        "usage": Overwrite([]),
        "makers": Overwrite([]),
        "takeovers": Overwrite([]),
        "status": "running",
        "reason": "",
        "document_path": "",
        "document_sha256": "",
        "files": [],
        "edited": [],
        "database_design": None,
    }


def _ask(provider: str, state: State, runtime: Runtime[Context]) -> Update:
    notes = services(runtime).researchers[provider].research([Topic(**topic) for topic in state["topics"]])
    teller(runtime, provider)(
        f"{len(notes.sources)} sources" if notes.sources else "; ".join(notes.not_researched) or "nothing asked"
    )
    return {"research_notes": [notes.dump()]}


def _project_name(folder: Path) -> str:
    """Name the project after the folder that holds its documents."""
    resolved = folder.resolve()
    return resolved.parent.name if resolved.name == "ai_docs" else resolved.name
