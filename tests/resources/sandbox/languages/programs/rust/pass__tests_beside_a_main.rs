use std::collections::HashMap;

pub fn add(a: i32, b: i32) -> i32 { let mut m = HashMap::new(); m.insert(1, a + b); m[&1] }

fn main() { println!("{}", add(1, 1)); }

#[cfg(test)]
mod own { #[test] fn t() { panic!() } }
// === TESTS ===
#[cfg(test)]
mod tests {
    use super::*;

    // a comment between
    #[test]
    fn adds() { assert_eq!(add(1, 2), 3, "sum of {}", 1); }

    mod deeper {
        #[test]
        fn more() -> Result<(), String> { assert!(super::super::add(2, 2) == 4); Ok(()) }
    }

    #[test]
    #[should_panic(expected = "no")]
    fn panics() { panic!("no") }
}
