#!/usr/bin/env python3
"""Sums up a Terraform plan in JSON form: what is destroyed, replaced, updated, created or opened.

Usage: plan_summary.py plan.json
Exits with 1 when something is destroyed or replaced. Prints attribute names, never values.
"""

import json
import sys

WIDE_OPEN = ('"0.0.0.0/0"', '"::/0"', '"*"')
ORDER = ["destroy", "replace", "update", "create", "read"]


def kind_of(actions):
    if "delete" in actions:
        return "replace" if "create" in actions else "destroy"
    return actions[0]


def changed_attributes(change):
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown = change.get("after_unknown") or {}
    names = set(before) | set(after) | set(unknown)
    return sorted(n for n in names if unknown.get(n) or before.get(n) != after.get(n))


def path_text(path):
    return ".".join(str(part) for part in path)


def is_opened(change):
    before, after = json.dumps(change.get("before")), json.dumps(change.get("after"))
    return any(after.count(mark) > before.count(mark) for mark in WIDE_OPEN)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8") as file:
        plan = json.load(file)

    found = {kind: [] for kind in ORDER}
    for resource in plan.get("resource_changes", []):
        kind = kind_of(resource["change"]["actions"])
        if kind in found:
            found[kind].append(resource)

    print(", ".join(f"{kind} {len(found[kind])}" for kind in ORDER if found[kind]) or "no changes")
    for kind in ORDER[:3]:
        for resource in found[kind]:
            change = resource["change"]
            print(f"\n{kind.upper()} {resource['address']}")
            forced_by = [path_text(path) for path in change.get("replace_paths", [])]
            if forced_by:
                print(f"  forced by: {', '.join(forced_by)}")
            if kind != "destroy":
                print(f"  changes: {', '.join(changed_attributes(change)) or 'unknown'}")
    opened = [r["address"] for kind in ORDER[1:4] for r in found[kind] if is_opened(r["change"])]
    if opened:
        print("\nOPENED, please look closely: " + ", ".join(opened))
    return 1 if found["destroy"] or found["replace"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
