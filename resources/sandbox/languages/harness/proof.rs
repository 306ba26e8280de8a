#[allow(dead_code)]
mod MARK {
    use ::std::fs::File;
    use ::std::io::{Read, Write};
    use ::std::os::unix::io::FromRawFd; // not os::fd, which Rust has since 1.66 only
    use ::std::sync::atomic::{AtomicUsize, Ordering};

    pub static HELD: AtomicUsize = AtomicUsize::new(0);

    pub fn held() {
        HELD.fetch_add(1, Ordering::SeqCst);
    }

    pub fn half() -> [u8; 16] {
        let mut bytes = [0u8; 16];
        let mut file = ::std::mem::ManuallyDrop::new(unsafe { File::from_raw_fd(4) });
        file.read_exact(&mut bytes).expect("no token");
        bytes
    }

    pub fn done(first: [u8; 16]) -> ! {
        let mut proof = first.to_vec();
        proof.extend(half());
        proof.extend(HELD.load(Ordering::SeqCst).to_string().into_bytes());
        unsafe { File::from_raw_fd(3) }.write_all(&proof).expect("no proof");
        ::std::process::exit(0)
    }

    pub trait Ended {
        fn held(self) -> bool;
    }
    impl Ended for () {
        fn held(self) -> bool {
            true
        }
    }
    impl<T: Ended, E: ::std::fmt::Debug> Ended for Result<T, E> {
        fn held(self) -> bool {
            match self {
                Ok(inner) => inner.held(),
                Err(error) => {
                    ::std::eprintln!("Error: {:?}", error);
                    false
                }
            }
        }
    }

    pub fn must<T: Ended>(result: T) {
        if !result.held() {
            ::std::process::exit(1)
        }
    }

    pub fn must_panic<T>(test: impl FnOnce() -> T + ::std::panic::UnwindSafe) {
        if ::std::panic::catch_unwind(test).is_ok() {
            ::std::eprintln!("error: the test did not panic as expected");
            ::std::process::exit(1)
        }
        held()
    }
}
#[allow(unused_macros)]
macro_rules! assert { ($($t:tt)*) => {{ ::std::assert!($($t)*); crate::MARK::held(); }} }
#[allow(unused_macros)]
macro_rules! assert_eq { ($($t:tt)*) => {{ ::std::assert_eq!($($t)*); crate::MARK::held(); }} }
#[allow(unused_macros)]
macro_rules! assert_ne { ($($t:tt)*) => {{ ::std::assert_ne!($($t)*); crate::MARK::held(); }} }
#[allow(unused_macros)]
macro_rules! debug_assert { ($($t:tt)*) => {{ ::std::assert!($($t)*); crate::MARK::held(); }} }
#[allow(unused_macros)]
macro_rules! debug_assert_eq { ($($t:tt)*) => {{ ::std::assert_eq!($($t)*); crate::MARK::held(); }} }
#[allow(unused_macros)]
macro_rules! panic { ($($t:tt)*) => { ::std::panic!($($t)*) } }
#[allow(unused_macros)]
macro_rules! unreachable { ($($t:tt)*) => { ::std::unreachable!($($t)*) } }
// TESTS
fn main() {
    let first = MARK::half();
    CALLS
    MARK::done(first)
}
