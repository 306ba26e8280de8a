#!/bin/bash
# The oracle: the answer that the row holds.
set -e
mkdir -p "${APP_DIR:-/app}"
cp "$(dirname "$0")/solution.py" "${APP_DIR:-/app}/solution.py"
