"""What the documents say is true: commands, settings, entry points, links."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.views.notes import COMMANDS, TEAM_COMMANDS

DOCUMENTS = [Path("README.md"), Path("CONTRIBUTING.md"), Path("CHANGELOG.md"), *sorted(Path("docs").rglob("*.md"))]
IN_THE_ENVIRONMENT = {name.upper() for name in Settings.model_fields}


def test_every_setting_is_in_the_example_file_and_nothing_else_is() -> None:
    named = set(re.findall(r"^#?\s?([A-Z][A-Z_]+)=", Path(".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert named == IN_THE_ENVIRONMENT


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_docs(command: str) -> None:
    assert f"`/{command}`" in Path("docs/commands.md").read_text(encoding="utf-8")


def test_team_commands_are_commands() -> None:
    assert set(TEAM_COMMANDS) <= set(COMMANDS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_inside_the_project_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert missing == []


def test_every_document_is_in_the_index() -> None:
    index = Path("docs/index.md").read_text(encoding="utf-8")
    missing = [
        str(path)
        for path in Path("docs").rglob("*.md")
        if path.name != "index.md" and f"({path.relative_to('docs')})" not in index
    ]
    assert missing == []


def test_every_log_event_that_the_operators_page_explains_is_written_somewhere() -> None:
    page = (
        Path("docs/operating.md").read_text(encoding="utf-8").partition("## What the log says")[2].partition("\n## ")[0]
    )
    explained = {
        name
        for row in page.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`([^`]+)`", row.split("|")[1])
    }
    code = "\n".join(
        path.read_text(encoding="utf-8") for folder in ("bot", "scheduler") for path in Path(folder).rglob("*.py")
    )
    assert len(explained) > 40
    assert {name for name in explained if f'"{name}"' not in code} == set()


def test_the_readme_names_targets_that_the_makefile_has() -> None:
    targets = set(re.findall(r"^([a-z]+):", Path("Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)", Path("README.md").read_text(encoding="utf-8")))
    assert named
    assert named <= targets


def test_the_entry_points_start() -> None:
    scripts = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert scripts == {"toehold": "bot.cli:main"}
    for command in ("", "run", "check", "migrate", "backup", "restore", "demo"):
        shown = subprocess.run(
            [sys.executable, "-m", "bot", *([command] if command else []), "--help"],
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
        assert shown.returncode == 0, shown.stderr
        assert "Usage" in shown.stdout


def test_the_demo_plays_three_days_to_the_end() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "bot", "demo"], capture_output=True, check=False, text=True, timeout=60
    )
    assert shown.returncode == 0, shown.stderr
    assert shown.stderr == ""
    assert "Streak 3" in shown.stdout


def test_the_version_is_told_once_and_the_changelog_has_it() -> None:
    version = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"## {version}" in Path("CHANGELOG.md").read_text(encoding="utf-8")


def test_modules_say_what_they_are_for_and_fit_on_a_few_screens() -> None:
    long, silent = [], []
    for folder in ("bot", "drills", "scheduler"):
        for path in Path(folder).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            if "migrations/versions" in str(path):
                continue
            if not source.startswith('"""'):
                silent.append(str(path))
            if len(source.splitlines()) > 400:
                long.append(str(path))
    assert silent == []
    assert long == []
