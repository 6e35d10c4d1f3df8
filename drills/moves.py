"""Every move of the player is a value: what a button or a typed word means, before any rule has judged it."""

from dataclasses import dataclass
from typing import TypeAlias

from drills.safety import Colour
from drills.session import PlanItem


@dataclass(frozen=True, slots=True)
class Next:
    pass


@dataclass(frozen=True, slots=True)
class Back:
    pass


@dataclass(frozen=True, slots=True)
class Know:
    """ "I know this one": straight to the rounds."""


@dataclass(frozen=True, slots=True)
class Done:
    """Closes the round. `reps` where the person gave a number."""

    reps: int | None = None


@dataclass(frozen=True, slots=True)
class Slipped:
    """The band slipped: the set is over once the reps are known."""


@dataclass(frozen=True, slots=True)
class Undo:
    pass


@dataclass(frozen=True, slots=True)
class Skip:
    pass


@dataclass(frozen=True, slots=True)
class Easier:
    """Go on in an easier form; `to` is the same drill in that form."""

    to: PlanItem


@dataclass(frozen=True, slots=True)
class More:
    """One more set of the drill that was just finished."""


@dataclass(frozen=True, slots=True)
class Stop:
    pass


@dataclass(frozen=True, slots=True)
class Hurts:
    pass


@dataclass(frozen=True, slots=True)
class Feel:
    """`easier`: the easier form of the drill in progress, used when amber is said in its middle."""

    colour: Colour
    easier: PlanItem | None = None


@dataclass(frozen=True, slots=True)
class Which:
    """The drill that hurt; counts from 0 in the plan."""

    item: int


@dataclass(frozen=True, slots=True)
class GoOn:
    """After a stopped drill: the next one."""


Move: TypeAlias = Next | Back | Know | Done | Slipped | Undo | Skip | Easier | More | Stop | Hurts | Feel | Which | GoOn
