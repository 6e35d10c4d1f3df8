"""A second, deliberately naive reading of the rules of challenges, to hold the real ones against on random teams.

It knows nothing of the production code: plain dicts, label by label. Labels are numbers of days, 0 is the first of the
challenge. A member is {"id", "joined", "left", "cheer", "today", "days": {label: (verdict, sets, quick)}}, and a verdict is
"x" kept, "." not kept, "-" not due, "o" open.
"""

import ast
from functools import cmp_to_key
from pathlib import Path
from typing import Any

Naive = dict[str, Any]


def lived(member: Naive, length: int) -> list[tuple[int, str, int, bool]]:
    """The days that count: (label, verdict, sets, quick)."""
    found = []
    for label in range(length):
        if label not in member["days"] or member["joined"] is None or member["cheer"]:
            continue
        verdict, sets, quick = member["days"][label]
        after_joining = label > member["joined"] or (label == member["joined"] and verdict == "x")
        stayed = member["left"] is None
        before_leaving = stayed or label < member["left"] or (label == member["left"] and verdict == "x")
        if after_joining and before_leaving:
            found.append((label, verdict, sets, quick))
    return found


def worth(verdict: str, sets: int, quick: bool, cap: int) -> int:
    """The sets of one day that count."""
    if verdict != "x" or sets == 0:
        return 0
    if quick:
        return 1 if cap > 0 else 0
    return sets if sets < cap else cap


def row(member: Naive, length: int, cap: int) -> Naive:
    days = lived(member, length)
    kept = [label for label, verdict, _, _ in days if verdict == "x"]
    scoring = [label for label, verdict, sets, quick in days if worth(verdict, sets, quick, cap)]
    return {
        "id": member["id"],
        "kept": len(kept),
        "due": len([1 for _, verdict, _, _ in days if verdict in "x."]),
        "sets": sum(worth(verdict, sets, quick, cap) for _, verdict, sets, quick in days),
        "today": member["today"] in kept,
        "quick": any(quick and verdict == "x" for _, verdict, _, quick in days),
        "guest": member["joined"] is None,
        "left": member["left"] is not None,
        "cheer": member["cheer"],
        "since": None if member["joined"] is None or member["joined"] <= 0 else member["joined"],
        "first kept": min(kept, default=None),
        "last kept": max(kept, default=None),
        "last scoring": max(scoring, default=None),
    }


def plays(one: Naive) -> bool:
    return not (one["guest"] or one["left"] or one["cheer"])


def better(kind: str, one: Naive, other: Naive) -> bool:
    """Whether `one` is ranked before `other`; both are ranked. Shares are compared by cross-multiplication."""
    if kind == "sets":
        return bool(one["sets"] > other["sets"])
    left, right = one["kept"] * other["due"], other["kept"] * one["due"]
    return bool(left > right)


def is_ranked(kind: str, one: Naive) -> bool:
    return plays(one) and {"share": one["kept"] > 0, "sets": one["sets"] > 0, "light": False}[kind]


def group(kind: str, one: Naive) -> int:
    if one["cheer"]:
        return 4
    if one["guest"]:
        return 3
    if one["left"]:
        return 2
    return 0 if is_ranked(kind, one) else 1


def ordered(kind: str, rows: list[Naive]) -> list[Naive]:
    reached = {"share": "last kept", "sets": "last scoring", "light": "first kept"}[kind]

    def before(one: Naive, other: Naive) -> int:
        """Negative: `one` stands above."""
        mine, theirs = group(kind, one), group(kind, other)
        if mine != theirs:
            return mine - theirs
        if mine == 0 and better(kind, one, other):
            return -1
        if mine == 0 and better(kind, other, one):
            return 1
        if mine < 2 and one[reached] != other[reached]:
            if one[reached] is None or other[reached] is None:
                return 1 if one[reached] is None else -1
            return int(one[reached] - other[reached])
        return -1 if one["id"] < other["id"] else 1

    return sorted(rows, key=cmp_to_key(before))


def per_cent(rows: list[Naive]) -> int | None:
    """The average of the shares, a half rounded up, in whole numbers: a common denominator, nothing cancelled."""
    due = [one for one in rows if one["due"]]
    if not due:
        return None
    below = 1
    for one in due:
        below *= one["due"]
    above = sum(one["kept"] * (below // one["due"]) for one in due)
    return int((200 * above + below * len(due)) // (2 * below * len(due)))


def stand(kind: str, members: list[Naive], length: int, lights: int, cap: int) -> Naive:
    """The whole standing, as a dict."""
    rows = ordered(kind, [row(member, length, cap) for member in members])
    for one in rows:
        rivals = [other for other in rows if is_ranked(kind, other)]
        ahead = [other for other in rivals if is_ranked(kind, one) and better(kind, other, one)]
        one["rank"] = 1 + len(ahead) if is_ranked(kind, one) else None
    kept = sum(one["kept"] for one in rows)
    return {
        "rows": rows,
        "kept": kept,
        "due": sum(one["due"] for one in rows),
        "sets": sum(one["sets"] for one in rows),
        "percent": per_cent(rows) if kind == "share" else None,
        "lights": min(kept, lights) if kind == "light" else 0,
        "complete": kind == "light" and kept >= lights,
    }


# --- that it is what it says


def somebody(name: str, signs: str, joined: int | None = -1, left: int | None = None) -> Naive:
    days = {label: (sign, int(sign == "x"), False) for label, sign in enumerate(signs)}
    return {"id": name, "joined": joined, "left": left, "cheer": False, "today": len(signs) - 1, "days": days}


def test_the_naive_model_knows_nothing_of_our_code() -> None:
    names = set[str]()
    for node in ast.walk(ast.parse(Path(__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            names.add(str(node.module).split(".")[0])
    assert names == {"ast", "functools", "pathlib", "typing"}


def test_the_naive_model_comes_to_a_week_reckoned_by_hand() -> None:
    """Ann 4 of 5, Bob 3 of 3 from Wednesday on (and the day of joining), Cat left after 1 of 2, Dan is a guest."""
    team = [
        somebody("ann", "x.x-xxo"),
        somebody("bob", "..xx-xo", joined=2),
        somebody("cat", "x......", left=2),
        somebody("dan", "xxxxxxx", joined=None),
    ]
    result = stand("share", team, length=7, lights=33, cap=7)
    assert [(one["id"], one["rank"], one["kept"], one["due"]) for one in result["rows"]] == [
        ("bob", 1, 3, 3),
        ("ann", 2, 4, 5),
        ("cat", None, 1, 2),
        ("dan", None, 0, 0),
    ]
    assert (result["percent"], result["kept"], result["due"]) == (77, 8, 10)  # (100 + 80 + 50) / 3 = 76.67
    assert stand("light", team, length=7, lights=8, cap=7)["complete"]
    assert stand("sets", team, length=7, lights=33, cap=7)["sets"] == 8
