add() { echo 9; }
# === TESTS ===
echo $(add 1 2)
