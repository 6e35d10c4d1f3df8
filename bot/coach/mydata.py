"""A person's data is theirs: /export as JSON and CSV, /erase with a confirmation that fits this question only."""

import csv
import io
import json

from bot.actions import Erase
from bot.cards import Attachment, Place
from bot.coach.desk import Answer, Desk
from bot.ids import new_id
from bot.store import erasing
from bot.views import notes

FORMAT = "toehold-export-1"


def export(desk: Desk) -> Answer:
    rows = erasing.export(desk.tx, desk.person.id)
    whole = {"format": FORMAT, "exported_at": desk.now.isoformat(), "tables": rows}
    files = (
        Attachment("toehold.json", "application/json", json.dumps(whole, indent=1, ensure_ascii=False).encode()),
        Attachment("toehold-rounds.csv", "text/csv", _rounds_csv(rows).encode()),
    )
    return Answer(notes.Exported(), Place.NEW, attachments=files)


def ask_erase(desk: Desk, place: Place) -> Answer:
    nonce = new_id()
    desk.change(asking="erase", asking_arg=nonce)
    return Answer(notes.EraseAsk(nonce), place)


def erase(desk: Desk, action: Erase) -> Answer:
    if desk.person.asking != "erase" or desk.person.asking_arg != action.nonce:
        return Answer(notes.NothingChanged("erase"))
    erasing.erase(desk.tx, desk.person.id, desk.now)
    return Answer(notes.Erased())


def _rounds_csv(rows: dict[str, list[dict[str, object]]]) -> str:
    """One line a round done: what a spreadsheet wants."""
    sessions = {row["id"]: row for row in rows["session"]}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["practice_day", "drill", "form", "set", "round", "reps", "band_slipped", "at_utc", "undone"])
    for row in rows["round_done"]:
        session = sessions[row["session"]]
        plan = session["plan"]
        assert isinstance(plan, list)
        assert isinstance(row["item"], int)
        part = plan[row["item"]]
        writer.writerow(
            [
                session["practice_day"],
                part["drill"],
                part["variant"],
                _from_one(row["set_no"]),
                _from_one(row["round_no"]),
                row["reps"] if row["reps"] is not None else "",
                row["slipped"],
                row["at"],
                row["undone_at"] is not None,
            ]
        )
    return out.getvalue()


def _from_one(number: object) -> int:
    assert isinstance(number, int)
    return number + 1
