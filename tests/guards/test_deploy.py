"""Container, compose files and unit say the same as the code, and give the bot no more than it needs. No image is built here."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.build import BEAT_SECONDS
from bot.cli import EXIT_WRONG
from bot.nursery import FINISH_SECONDS
from bot.platforms.local.platform import SHUTDOWN_SECONDS
from bot.settings import Settings

DEPLOY = Path("deploy")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = {path.name: path.read_text(encoding="utf-8") for path in sorted(DEPLOY.glob("compose*.yaml"))}
UNIT = (DEPLOY / "toehold.service").read_text(encoding="utf-8")
STOP_SECONDS = 10  # after which whoever runs us kills


def test_every_setting_that_they_name_exists() -> None:
    named = set(
        re.findall(
            r"\b((?:TOEHOLD|TELEGRAM|DISCORD|DATABASE)_[A-Z_]+)\b", "\n".join([DOCKERFILE, *COMPOSE.values(), UNIT])
        )
    )
    assert "TOEHOLD_DATA_DIR" in named
    assert named <= {name.upper() for name in Settings.model_fields}


def pip_installs(text: str) -> list[set[str]]:
    own = {"--no-cache-dir", "-e", "requirements.lock", "."}
    return [set(line.split()) - own for line in re.findall(r"/pip install (.+)", text)]


def test_the_image_is_installed_as_the_makefile_does_it() -> None:
    assert pip_installs(DOCKERFILE) == pip_installs(Path("Makefile").read_text(encoding="utf-8"))
    assert "--require-hashes" in pip_installs(DOCKERFILE)[0]


def locked(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_lock_of_the_image_is_a_part_of_the_whole_one() -> None:
    ours, whole = locked(DEPLOY / "requirements.lock"), locked(Path("requirements.lock"))
    assert ours.items() <= whole.items()
    wanted = re.findall(
        r'^    "([a-z0-9-]+)[=<>\[]',
        Path("pyproject.toml").read_text(encoding="utf-8").split("[project.scripts]")[0],
        re.MULTILINE,
    )
    assert len(wanted) > 10
    assert set(wanted) <= set(ours)
    assert not {"pytest", "mypy", "ruff", "playwright"} & set(ours)


def test_the_image_runs_as_nobody_in_particular_and_holds_no_secret() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    [user] = re.findall(r"^USER (\d+):\d+$", last, re.MULTILINE)
    assert int(user) >= 10000
    lines = [line.split() for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)]
    copied = {word for *sources, _target in lines for word in sources}
    assert not re.search(r"^(ARG|ENV)\b.*(TOKEN|PASSWORD|SECRET)", DOCKERFILE, re.MULTILINE)
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert next(line for line in ignored if not line.startswith("#")) == "*"
    admitted = {line[1:] for line in ignored if line.startswith("!")}
    assert copied == admitted, "what is copied, and nothing else, is sent to the builder"
    assert all(Path(name).exists() and not name.startswith(".") for name in copied)


def test_its_health_is_asked_without_other_programs() -> None:
    [check] = re.findall(r"HEALTHCHECK .+\\\n\s+CMD (\[.+\])", DOCKERFILE)
    assert "/healthz" in check
    assert "TOEHOLD_HEALTH_PORT=9464" in DOCKERFILE
    for program in ("curl", "wget", "apt-get"):
        assert program not in DOCKERFILE


@pytest.mark.parametrize("name", COMPOSE)
def test_composed_it_can_write_nowhere_but_in_its_volume(name: str) -> None:
    services = re.split(r"\n  (?=[a-z]+:\n)", COMPOSE[name].partition("\nservices:\n")[2].partition("\nvolumes:\n")[0])
    ours = [text for text in services if "deploy/Dockerfile" in text or "build: *build" in text]
    assert ours
    for text in ours:
        for line in (
            "read_only: true",
            "cap_drop: [ALL]",
            'security_opt: ["no-new-privileges:true"]',
            "env_file: ../.env",
        ):
            assert line in text
    published = re.findall(r'- "([^"]+:\d+:\d+)"', COMPOSE[name])
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)
    assert not re.search(r"(TOKEN|PASSWORD):", COMPOSE[name]), "secrets come from files that git does not know"
    assert f"stop_grace_period: {STOP_SECONDS}s" in COMPOSE[name]


def test_git_knows_no_file_with_secrets() -> None:
    ignored = Path(".gitignore").read_text(encoding="utf-8").splitlines()
    for name in set(re.findall(r"env_file: \.\./(\S+)", "\n".join(COMPOSE.values()))):
        assert name in ignored


def test_the_unit_gives_time_to_stop_and_does_not_repeat_what_cannot_work() -> None:
    assert f"TimeoutStopSec={STOP_SECONDS}\n" in UNIT
    assert f"RestartPreventExitStatus={EXIT_WRONG}\n" in UNIT
    assert "Restart=on-failure\n" in UNIT
    assert BEAT_SECONDS + FINISH_SECONDS + SHUTDOWN_SECONDS <= 8 < STOP_SECONDS
    for line in (
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "StateDirectory=toehold",
        "User=toehold",
        "CapabilityBoundingSet=",
    ):
        assert f"\n{line}\n" in UNIT


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """With a program that exists on this computer in place of the installed one."""
    unit = tmp_path / "toehold.service"
    unit.write_text(re.sub(r"ExecStart=\S+", f"ExecStart={sys.executable}", UNIT), encoding="utf-8")
    shown = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, check=False, text=True)
    assert (shown.returncode, str(unit) in shown.stderr) == (0, False), shown.stderr
