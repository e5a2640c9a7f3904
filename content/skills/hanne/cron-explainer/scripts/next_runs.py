#!/usr/bin/env python3
"""Prints the next run times of a five-field cron expression, without time zones.

Usage: next_runs.py 'EXPRESSION' FROM [COUNT]
FROM looks like 2026-03-02T08:50. Runs are later than FROM.
"""

import sys
from datetime import datetime, timedelta

FIELDS = [("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7)]
MOST_DAYS = 366 * 8  # 29 February comes at most eight years later


def parse_field(text, name, low, high):
    values = set()
    for part in text.split(","):
        span, slash, step_text = part.partition("/")
        step = int(step_text) if slash else 1
        if span == "*":
            first, last = low, high
        elif "-" in span:
            first, last = (int(number) for number in span.split("-"))
        else:
            first = int(span)
            last = high if slash else first
        if not (low <= first <= last <= high and step > 0):
            raise ValueError(f"{name} {part!r} is not within {low}-{high}")
        values.update(range(first, last + 1, step))
    return values


def parse(expression):
    texts = expression.split()
    if len(texts) != len(FIELDS):
        raise ValueError(f"expected 5 fields, got {len(texts)}")
    fields = [parse_field(text, *field) for text, field in zip(texts, FIELDS)]
    fields[4] = {day % 7 for day in fields[4]}
    # When both day fields are restricted, either one is enough.
    either_day = not texts[2].startswith("*") and not texts[4].startswith("*")
    return fields, either_day


def next_runs(expression, start):
    (minutes, hours, days, months, weekdays), either_day = parse(expression)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    for offset in range(MOST_DAYS):
        day = midnight + timedelta(days=offset)
        in_month, in_week = day.day in days, (day.weekday() + 1) % 7 in weekdays
        is_day = (in_month or in_week) if either_day else (in_month and in_week)
        if day.month not in months or not is_day:
            continue
        for hour in sorted(hours):
            for minute in sorted(minutes):
                run = day.replace(hour=hour, minute=minute)
                if run > start:
                    yield run


def main(arguments):
    if len(arguments) not in (2, 3):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    count = int(arguments[2]) if len(arguments) == 3 else 5
    try:
        runs = next_runs(arguments[0], datetime.fromisoformat(arguments[1]))
        found = [run for run, _ in zip(runs, range(count))]
    except ValueError as error:
        print(f"not understood: {error}", file=sys.stderr)
        return 1
    for run in found:
        print(run.strftime("%a %Y-%m-%d %H:%M"))
    if not found:
        print("never runs")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
