pub fn add(a: i32, b: i32) -> i32 { a + b }
// === TESTS ===
#[cfg(test)]
mod tests { use super::*; #[test] #[should_panic] fn p() { assert_eq!(add(1, 2), 3); } }
