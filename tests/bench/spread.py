"""A measured quantity with its spread, and whether it keeps within the size that must hold."""

import statistics


def quartiles(values):
    """First and third quartile; of fewer than three values the extremes stand for them."""
    if len(values) < 3:
        return min(values), max(values)
    first, _, third = statistics.quantiles(values, n=4, method="inclusive")
    return first, third


class Row:
    """One line of the table. `must` is None, ("at most", LIMIT) or ("at least", LIMIT), held against
    the median; `judged` is False where something is missing that the limit speaks of."""

    def __init__(self, name, unit, values, must=None, judged=True, note=""):
        self.name = name
        self.unit = unit
        self.values = list(values)
        self.must = must
        self.judged = judged
        self.note = note

    @property
    def median(self):
        return statistics.median(self.values) if self.values else None

    @property
    def holds(self):
        """True, False, or None where there is nothing to hold."""
        if self.must is None or not self.judged or not self.values:
            return None
        word, limit = self.must
        return self.median <= limit if word == "at most" else self.median >= limit

    def to_json(self):
        found = {"name": self.name, "unit": self.unit, "repeats": len(self.values),
                 "values": [round(value, 6) for value in self.values]}
        if self.values:
            first, third = quartiles(self.values)
            found.update(median=round(self.median, 6), least=round(min(self.values), 6),
                         most=round(max(self.values), 6), first_quartile=round(first, 6),
                         third_quartile=round(third, 6))
        if self.must is not None:
            found["must_be"] = f"{self.must[0]} {self.must[1]:g}"
            found["holds"] = self.holds
        if self.note:
            found["note"] = self.note
        return found


def number(value, unit):
    """As many digits as say something."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    if unit == "ms" and abs(value) < 1:
        digits = 3
    return f"{value:.{digits}f}"


def cells(row):
    if not row.values:
        return [row.name, "SKIPPED", "", "", "0", "", row.note]
    first, third = quartiles(row.values)
    show = [number(value, row.unit) for value in (row.median, first, third, min(row.values),
                                                  max(row.values))]
    must = "" if row.must is None else f"{row.must[0]} {row.must[1]:g} {row.unit}"
    verdict = {True: "yes", False: "NO", None: "not judged" if row.must else ""}[row.holds]
    return [row.name, f"{show[0]} {row.unit}", f"{show[1]}..{show[2]}", f"{show[3]}..{show[4]}",
            str(len(row.values)), must, verdict]


def table(rows):
    heads = ["what", "median", "quartiles", "least..most", "n", "must be", "holds"]
    lines = [heads] + [cells(row) for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    text = []
    for line in lines:
        text.append("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    text.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(text)
