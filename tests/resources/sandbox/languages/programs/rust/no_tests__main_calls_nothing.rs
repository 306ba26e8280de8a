pub fn add(a: i32, b: i32) -> i32 { a - b }
// === TESTS ===
fn check() { assert_eq!(add(1, 2), 3); }
fn main() {}
