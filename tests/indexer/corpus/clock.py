"""Clocks."""

import time
from math import floor


# Seconds are enough here.
@cached
def now():
    seconds = time.time()

    return floor(seconds)


class Clock:
    def tick(self):
        return 1
