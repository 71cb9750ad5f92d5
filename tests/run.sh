#!/usr/bin/env bash
# Sets up everything that the tests need, then runs them all; arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt

# A browser: Debian's, Playwright's own, or, where that cannot be downloaded, Debian's installed now.
if ! [ -x /usr/bin/chromium ] && ! .venv/bin/python -m playwright install --with-deps chromium; then
    as_root=$([ "$(id -u)" = 0 ] || echo sudo)
    $as_root apt-get update -qq
    $as_root apt-get install -y -qq chromium
fi

.venv/bin/ruff check .
exec .venv/bin/python -m pytest tests "$@"
