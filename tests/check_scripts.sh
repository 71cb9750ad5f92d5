#!/usr/bin/env bash
# Type-checks the page's scripts and checks their format. It needs npm; neither the app nor its tests do.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v npm > /dev/null; then
    echo "the page's scripts: not checked, since npm is not here"
    exit 0
fi
if ! cmp -s package-lock.json node_modules/.installed; then
    npm ci --silent --no-audit --no-fund
    cp package-lock.json node_modules/.installed
fi
npm run --silent types &
npm run --silent format:check
wait $!
