def add(a, b
  a + b
end
# === TESTS ===
raise 'add' unless add(1, 2) == 3
