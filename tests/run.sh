#!/usr/bin/env bash
# Sets up all that the tests need, then runs the linters, the type checkers and the tests.
# Arguments go to pytest, as in: bash tests/run.sh -m "not slow and not browser"
set -euo pipefail
cd "$(dirname "$0")/.."

[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt

.venv/bin/python -m ruff check .
.venv/bin/python -m ruff format --check .
.venv/bin/python -m mypy
bash tests/check_scripts.sh

# A browser: Playwright's own with the libraries it needs, or Debian's where that one cannot be downloaded.
as_root=$([ "$(id -u)" = 0 ] || echo sudo)
if [ -x /usr/bin/chromium ]; then
    echo "browser: /usr/bin/chromium"
elif .venv/bin/python -m playwright install chromium; then
    $as_root .venv/bin/python -m playwright install-deps chromium
else
    $as_root apt-get update -qq
    $as_root apt-get install -y -qq chromium
fi

# nginx, for the test of two processes behind it, which is skipped without.
if [ ! -x /usr/sbin/nginx ] && command -v apt-get > /dev/null; then
    { $as_root apt-get update -qq && $as_root apt-get install -y -qq nginx; } || echo "nginx cannot be installed"
fi

exec .venv/bin/python -m pytest -n 2 --dist loadfile "$@"
