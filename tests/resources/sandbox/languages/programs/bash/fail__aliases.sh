shopt -s expand_aliases
alias unset=: trap=: '['=: exit=:
add() { echo 9; }
# === TESTS ===
[ "$(add 1 2)" = 3 ] || exit 1
