"""Cutting runs of letters into known words, as a reader of the table does: the longest known word first."""

from common import IS_UNSPACED, runs

LONGEST = 10  # characters of a word in scripts without spaces
N_PARTS, LEAST_PART, MOST_LEFT_OVER, LEAST_CUT, MOST_CUT = 3, 4, 3, 5, 40
LINKS = ("s", "es", "n", "en", "e", "o", "er")  # between parts of a compound


class Segmenter:
    """`known`: words of the table; `english`: words with rows of their own, which are never cut but are no parts."""

    def __init__(self, known, english):
        self.known, self.english, self.cache = known, english, {}

    def words(self, text):
        return [word for run in runs(text) for word in self.cut(run)]

    def cut(self, run):
        if run in self.known or run in self.english:
            return (run,)
        if run not in self.cache:
            self.cache[run] = self.cut_unspaced(run) if IS_UNSPACED.match(run) else self.cut_compound(run)
        return self.cache[run]

    def cut_unspaced(self, run):
        words, start = [], 0
        while start < len(run):
            ends = range(min(len(run), start + LONGEST), start, -1)
            end = next((end for end in ends if run[start:end] in self.known), None)
            if end:
                words.append(run[start:end])
            start = end or start + 1
        return tuple(words)

    def cut_compound(self, run):
        """Known parts from the first letter on; nothing when too much is left over at the end."""
        parts, start = [], 0
        while LEAST_CUT <= len(run) <= MOST_CUT and start < len(run) and len(parts) < N_PARTS:
            starts = [start] + [start + len(link) for link in LINKS if parts and run.startswith(link, start)]
            spans = ((first, end) for first in starts for end in range(len(run), first + LEAST_PART - 1, -1))
            found = next((span for span in spans if run[slice(*span)] in self.known), None)
            if not found:
                break
            parts.append(run[slice(*found)])
            start = found[1]
        return tuple(parts) if parts and len(run) - start <= MOST_LEFT_OVER else ()
