"""The prompts, one Markdown file each, and their loader."""

from __future__ import annotations

from importlib import resources
from string import Template


def render(name: str, **values: str) -> str:
    """Return the prompt `name` with its values filled in.

    Raises:
        FileNotFoundError: there is no such prompt.
        ValueError: a value is missing, or one is given that the prompt does not use.
    """
    template = Template(resources.files(__package__).joinpath(f"{name}.md").read_text())
    wanted = set(template.get_identifiers())
    if wanted != set(values):
        raise ValueError(f"prompt {name} wants {sorted(wanted)}, got {sorted(values)}")
    return template.substitute(values).strip()
