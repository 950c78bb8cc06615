"""How much a chunk is about a term, judged when the chunk is indexed.

Learned from 20,000 pairs of a query or heading and the passage it belongs to: the probability
that a term of a passage is asked for hardly depends on how common the term is (.03 to .05 for
one occurrence, whatever the document frequency), grows with the occurrences (.035, .11, .2, .4
for 1, 2, 3–4 and more), about as their power 1.5, and falls with the place of the first (.25
among the first ten terms, .07 up to 30, .02 up to 100, .01 beyond).
"""

from __future__ import annotations

import numpy as np

from ..coding.arrays import Ids

WEIGHT_BITS = 5
STEPS_PER_OCTAVE = 4
"""Four levels of weight apart means twice as likely to be asked for."""
_NEUTRAL = 16
"""Level of one occurrence at the very beginning."""
_REPEAT_POWER = 1.5
_HALF_PLACE = 20
"""Place in a chunk, in terms, at which a term counts half."""


def term_weights(occurrences: Ids, positions: Ids) -> Ids:
    """Return the level, 0 … 31, of terms that occur so often and first so far into a chunk."""
    octaves = _REPEAT_POWER * np.log2(occurrences) - np.log2(1 + positions / _HALF_PLACE)
    levels = np.rint(STEPS_PER_OCTAVE * octaves).astype(np.int64) + _NEUTRAL
    return np.clip(levels, 0, (1 << WEIGHT_BITS) - 1)
