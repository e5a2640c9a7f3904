#!/bin/sh
# A test for `git bisect run`. Set the two commands, then prove it on a good and on a bad commit.
#
# BUILD  makes what is tested; a commit where it fails is skipped
# TEST   exits 0 when the fault is absent
# TRIES  how often TEST must succeed; more than 1 for a fault that shows only now and then
set -u

BUILD=${BUILD:-true}
TEST=${TEST:?set TEST to the command that shows the fault}
TRIES=${TRIES:-1}

if ! sh -c "$BUILD" >/dev/null 2>&1; then
    echo "cannot build $(git rev-parse --short HEAD), skipped" >&2
    exit 125
fi

try=1
while [ "$try" -le "$TRIES" ]; do
    if ! sh -c "$TEST"; then
        exit 1
    fi
    try=$((try + 1))
done
exit 0
