POSIXLY_CORRECT=1; readonly POSIXLY_CORRECT; set +o posix
unset() { :; }
test() { :; }
add() { echo 9; }
# === TESTS ===
test "$(add 1 2)" = 3 || exit 1
