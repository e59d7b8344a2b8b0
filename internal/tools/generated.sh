#!/usr/bin/env bash
# Generates everything anew and fails when that changes a file: what is
# committed is then what the generators make. It needs no git, so it also works
# in an unpacked archive and beside uncommitted work.
set -euo pipefail

before=$(mktemp)
after=$(mktemp)
trap 'rm -f "$before" "$after"' EXIT

sums() {
	find . \( -name .git -o -name dist -o -name node_modules \) -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
}

sums >"$before"
go generate ./...
sums >"$after"

# diff ends with 1 where there is a difference, which is no failure yet.
changed=$(diff -u "$before" "$after" | grep -E '^[-+][^-+]' | awk '{print $2}' | sort -u || true)
if [ -z "$changed" ]; then
	exit 0
fi
echo "$changed"
echo "These generated files were not up to date (they are now): look at the difference and commit it." >&2
exit 1
