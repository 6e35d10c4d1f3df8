"""Every number that /metrics tells, in one place. Labels are names of ours: never a person, a chat, or what somebody wrote."""

from importlib.metadata import PackageNotFoundError, version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)  # CPU, memory, open files; on Linux

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LATE = (1, 5, 10, 30, 60, 120, 300, 900, 3600, 4 * 3600)

NUDGES = Counter(
    "toehold_nudges", "Prompts and the like, by what became of an attempt.", ("kind", "result"), registry=REGISTRY
)
SENDS_IN_FLIGHT = Gauge("toehold_sends_in_flight", "Prompts on the wire just now.", registry=REGISTRY)
LATE_SECONDS = Histogram(
    "toehold_nudge_late_seconds", "From when a prompt was due until it was sent.", buckets=_LATE, registry=REGISTRY
)
UPDATES = Counter(
    "toehold_updates", "What people did, by platform: press, said, and so on.", ("platform", "kind"), registry=REGISTRY
)
ANSWER_SECONDS = Histogram(
    "toehold_answer_seconds",
    "From when an update was stored until it was answered.",
    ("platform",),
    buckets=_QUICK,
    registry=REGISTRY,
)
INBOX_WAITING = Gauge("toehold_inbox_waiting", "Updates that are not answered yet.", registry=REGISTRY)
STORE_SECONDS = Histogram(
    "toehold_store_seconds", "Units and reads, with their wait.", ("work",), buckets=_QUICK, registry=REGISTRY
)
STORE_FAULTS = Counter("toehold_store_faults", "What the database did not do, by kind.", ("kind",), registry=REGISTRY)
LOOP_LAG_SECONDS = Histogram(
    "toehold_loop_lag_seconds", "How late the event loop is, looked at each second.", buckets=_QUICK, registry=REGISTRY
)
BEAT_SECONDS = Histogram(
    "toehold_beat_seconds", "How long a beat takes.", ("result",), buckets=(*_QUICK, 60, 300), registry=REGISTRY
)
BEAT_AGE_SECONDS = Gauge("toehold_beat_age_seconds", "Since the last beat ended.", registry=REGISTRY)
PLATFORM_PROBLEM = Gauge(
    "toehold_platform_problem", "1 while nothing arrives from this platform.", ("platform",), registry=REGISTRY
)
LEASE_HELD = Gauge(
    "toehold_lease_held",
    "1 while this process works for the platform's bot, 0 while it stands by.",
    ("platform",),
    registry=REGISTRY,
)


def our_version() -> str:
    try:
        return version("toehold")
    except PackageNotFoundError:  # run from a folder, without being installed
        return "unknown"


Info("toehold_build", "The version that runs.", registry=REGISTRY).info({"version": our_version()})
