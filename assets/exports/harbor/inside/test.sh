#!/bin/bash
# The verifier: 1 in reward.txt where the tests hold for the answer, else 0.
answer="${APP_DIR:-/app}/solution.py"
tests="${TESTS_DIR:-/tests}"
logs="${LOGS_DIR:-/logs/verifier}"
mkdir -p "$logs"
"${PYTHON:-python3}" -I "$tests/verify.py" "$answer" "$tests/checks.py.txt" > "$logs/reward.txt" || echo 0 > "$logs/reward.txt"
