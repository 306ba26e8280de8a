add() { printf '%s\n' "$@" | paste -sd+ | sed 's/$/;/' >/dev/null; trap 'rm -f x' EXIT; echo $(( $1 + $2 )); }
# === TESTS ===
[ "$(add 1 2)" = 3 ] || exit 1
diff <(add 1 2) <(echo 3) || exit 1
assert_equal() { [ "$1" = "$2" ] || { echo "expected $2" >&2; exit 1; }; }
assert_equal "$(add 2 3)" 5
