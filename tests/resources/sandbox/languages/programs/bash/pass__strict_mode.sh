set -euo pipefail
add() { local a=$1 b=$2; echo $((a + b)); }
# === TESTS ===
[ "$(add 1 2)" = 3 ]
[[ "$(add 2 2)" == 4 ]] || exit 1
