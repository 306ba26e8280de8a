def add(a, b)
  [a, b].sum
end
puts add(1, 1) if __FILE__ == $0
__END__
# === TESTS ===
raise 'add' unless add(1, 2) == 3
