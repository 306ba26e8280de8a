def succeeding(x)
  x + 1
end
exit 3 if __FILE__ == $0
exit 4 if $PROGRAM_NAME == __FILE__
# === TESTS ===
raise 'wrong' unless succeeding(1) == 2
