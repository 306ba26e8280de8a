fn parse(s: &str) -> Result<i32, std::num::ParseIntError> { s.parse() }
// === TESTS ===
fn main() -> Result<(), Box<dyn std::error::Error>> { assert_eq!(parse("3")?, 3); assert_ne!(parse("4")?, 3); Ok(()) }
