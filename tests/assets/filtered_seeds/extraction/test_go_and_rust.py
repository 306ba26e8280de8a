"""Go and Rust: godoc and rustdoc, directives and attributes between documentation and function, methods, generics."""

GO = """
package shop

import "fmt"
import (
	"net/http"
	str "strings"
	_ "embed"
	"gopkg.in/yaml.v3" // parses
	"github.com/mattn/go-isatty/v2"
)

// Total adds up.
//
//	fmt.Println(Total(1))
//
//go:noinline
func Total[T int | float64](a, b T, rest ...T) (sum T, err error) {
	defer func() { recover() }()
	sum = a + b
	return
}

/*
Name says the name.
*/
func (s *Shop) Name(http.ResponseWriter, *http.Request) {
	fmt.Println(str.ToUpper(s.name), yaml.Marshal, isatty.IsTerminal)
}

// Apart from it.

func apart() {}

//nolint:unused
func quiet() {}

func plain() int { return 1 }

// Declared only.
func declared(x int) int

// Outer has a function in it.
func Outer() func() int {
	// inner is no declaration
	inner := func() int { return 1 }
	return inner
}
"""


def test_go(seeds_of):
    seeds = seeds_of("go", GO)
    assert set(seeds) == {"Total", "Name", "Outer"}
    assert seeds["Total"]["docstring"] == "Total adds up.\n\n\tfmt.Println(Total(1))"
    assert seeds["Total"]["seed"].startswith("// Total adds up.\n//\n")
    assert "\n//go:noinline\nfunc Total" in seeds["Total"]["seed"]
    assert seeds["Total"]["n_arguments"] == 3
    assert seeds["Name"]["n_arguments"] == 2
    assert seeds["Name"]["docstring"] == "Name says the name."
    assert seeds["Name"]["docstring_form"] == "plain_block"
    assert [seeds[name]["is_method"] for name in ("Total", "Name")] == [False, True]
    assert [seeds[name]["has_return_value"] for name in ("Total", "Name", "Outer")] == [True, False, True]
    assert seeds["Name"]["imports"] == [
        'import "fmt"',
        'import "net/http"',
        'import str "strings"',
        'import "gopkg.in/yaml.v3"',
        'import "github.com/mattn/go-isatty/v2"',
    ]
    assert seeds["Outer"]["imports"] == []


RUST = """
use std::collections::HashMap;
use std::io::{self, Read as Reader, Write};
use crate::prelude::*;

/// Adds up.
///
/// ```
/// assert_eq!(total(&[1]), 1);
/// ```
#[inline]
#[cfg_attr(
    feature = "serde",
    serde(skip)
)]
pub const unsafe fn total<'a, T: Add<Output = T>>(items: &'a [T], (first, second): (T, T)) -> T
where
    T: Copy,
{
    items.iter().map(|x| { return *x; }).sum()
}

#[test]
/// Between attributes.
#[ignore]
fn checks() {
    /// Inner.
    fn inner() -> HashMap<u8, u8> { HashMap::new() }
    inner();
}

/** Block
    form. */
pub async fn block(reader: impl Reader) -> io::Result<()> { Ok(()) }

// no documentation
fn plain() {}

//// none either
fn four() {}

impl<T> Shop<T> {
    /// Method.
    pub fn name(&self, #[allow(unused)] other: &str) -> &str { self.name }

    /// Never comes back.
    fn never() -> ! { loop {} }

    /// Unit.
    fn unit(self) -> () {}
}

trait Shape {
    /// By default.
    fn area(&self) -> f64 { 0.0 }
    /// Only declared.
    fn declared(&self);
}

macro_rules! make {
    ($name:ident) => {
        /// In a macro.
        fn $name() {}
    };
}
"""


def test_rust(seeds_of):
    seeds = seeds_of("rust", RUST)
    assert set(seeds) == {"total", "checks", "inner", "block", "name", "never", "unit", "area"}
    assert seeds["total"]["docstring"] == "Adds up.\n\n```\nassert_eq!(total(&[1]), 1);\n```"
    assert seeds["total"]["seed"].startswith("/// Adds up.\n///\n/// ```\n")
    assert seeds["total"]["seed"].endswith("\n}")
    assert seeds["checks"]["seed"].startswith("#[test]\n/// Between attributes.\n#[ignore]\nfn checks()")
    assert seeds["block"]["docstring"] == "Block\nform."
    assert {name for name, seed in seeds.items() if seed["has_return_value"]} == {
        "total",
        "inner",
        "block",
        "name",
        "area",
    }
    assert {name: seeds[name]["n_arguments"] for name in ("total", "checks", "name")} == {
        "total": 2,
        "checks": 0,
        "name": 2,
    }
    assert {name for name, seed in seeds.items() if seed["is_method"]} == {"name", "never", "unit", "area"}
    assert seeds["inner"]["is_nested"]
    assert seeds["block"]["imports"] == [
        "use std::io::{self, Read as Reader, Write};",
        "use crate::prelude::*;",
    ]
    assert seeds["inner"]["imports"] == ["use std::collections::HashMap;", "use crate::prelude::*;"]
    assert not any(seed["has_error"] or seed["shares_lines"] for seed in seeds.values())
