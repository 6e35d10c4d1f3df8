"""What holds for every test: the packaged time-zone rules, never the machine's, and no verdict by stopwatch."""

from hypothesis import settings

from drills.localtime import use_packaged_rules

use_packaged_rules()

# A busy machine is not a fault in the code; times are measured in benchmarks/.
settings.register_profile("toehold", deadline=None)
settings.load_profile("toehold")
