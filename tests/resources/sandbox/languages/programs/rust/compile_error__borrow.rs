fn add(a: i32, b: i32) -> i32 { let s = String::new(); drop(s); s.len() as i32 + a + b }
// === TESTS ===
fn main() { assert_eq!(add(1, 2), 3); }
