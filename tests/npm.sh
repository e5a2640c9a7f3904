# Sourced by the tests that drive other people's programs from npm, in the folder of their lock file.
#
# Installs what the lock file says, unless that is there already; `root` is the project then, and SKILLPRESS the command
# to test: what `cargo build` made last, unless the caller names another.
root=$(cd ../.. && pwd)
export SKILLPRESS=${SKILLPRESS:-${CARGO_TARGET_DIR:-$root/target}/debug/skillpress}

if ! cmp -s package-lock.json node_modules/.installed; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed
fi

# Sites, profiles and homes of the tests go when they end. Servers that run as others pass through the folder.
TMPDIR=$(mktemp -d)
export TMPDIR
chmod 711 "$TMPDIR"
trap 'rm -rf "$TMPDIR"' EXIT
