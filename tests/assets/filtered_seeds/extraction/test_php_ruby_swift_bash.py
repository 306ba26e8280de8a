"""PHP, Ruby, Swift and Bash: their documentation comments, and what may stand between them and the function."""

PHP = """<!DOCTYPE html>
<?php
namespace Shop;

use Other\\Thing as Renamed, Second\\One;
use Grouped\\{First, Last as End};
use function Math\\total;

/**
 * Adds up.
 *
 * @param int $a first
 * @return int
 */
#[Pure]
function add(int $a, int &...$rest): int {
    $f = function ($x) { return total($x); };
    $g = fn($x) => $x;
    return $a + 1;
}

/* no PHPDoc */
function plain() {}

abstract class Cart extends Base implements Countable {
    use Renamed;

    /** Makes one. */
    public function __construct(private readonly int $size = 0, ?End $end = null) {
        parent::__construct();
    }

    /**
     * Counts.
     */
    #[\\Override]
    final public static function &count(): int|string { RETURN self::$n; }

    /** Abstract. */
    abstract protected function nothing();
}

trait Named {
    /** Says it. */
    public function name() { echo <<<TEXT
no indentation
TEXT;
    }
}
?>
<p>text</p>
"""


def test_php(seeds_of):
    seeds = seeds_of("php", PHP)
    assert set(seeds) == {"add", "__construct", "count", "name"}
    assert seeds["add"]["docstring"] == "Adds up.\n\n@param int $a first\n@return int"
    assert "\n#[Pure]\nfunction add(" in seeds["add"]["seed"]
    assert {name: seed["n_arguments"] for name, seed in seeds.items()} == {
        "add": 2,
        "__construct": 2,
        "count": 0,
        "name": 0,
    }
    assert {name for name, seed in seeds.items() if seed["has_return_value"]} == {"add", "count"}
    assert {name for name, seed in seeds.items() if seed["is_method"]} == {"__construct", "count", "name"}
    assert seeds["add"]["imports"] == ["use function Math\\total;"]
    assert seeds["__construct"]["imports"] == ["use Grouped\\{First, Last as End};"]
    assert "\nno indentation\nTEXT;\n" in seeds["name"]["seed"]
    assert not any(seed["has_error"] or seed["shares_lines"] for seed in seeds.values())


RUBY = """# frozen_string_literal: true
require 'set'
require_relative "shop"

# Adds up.
#
# @param a [Integer]
#   first
# rubocop:disable Style/Thing
def add(a, b = 1, *rest, key:, **options, &block)
  a + b
end

=begin
Long form.
=end
def long; end

# Short form.
def short(x) = x * 2

module Shop
  class Cart
    # Makes one.
    def initialize(size)
      @size = size
    end

    # Private, without parentheses.
    private def hidden x, y
      return x
    end

    # Of the class.
    def self.build = new(1)

    # Adds two.
    sig { params(other: Cart).returns(Cart) }
    def +(other)
      text = <<~TEXT
        indented
      TEXT
      text
    end

    # Asks.
    def empty?; true; end

    x = 1 # of the line
    def plain; end

    class << self
      # In the singleton.
      def make; new; end
    end
  end
end
"""


def test_ruby(seeds_of):
    seeds = seeds_of("ruby", RUBY)
    assert set(seeds) == {
        "add",
        "long",
        "short",
        "initialize",
        "hidden",
        "build",
        "+",
        "empty?",
        "make",
    }
    assert seeds["add"]["docstring"] == "Adds up.\n\n@param a [Integer]\n  first"
    assert "# rubocop" in seeds["add"]["seed"]
    assert seeds["long"]["docstring"] == "Long form."
    assert seeds["long"]["docstring_form"] == "rdoc_block"
    assert seeds["hidden"]["seed"].startswith("# Private, without parentheses.\nprivate def hidden x, y\n")
    assert "\nsig { params" in seeds["+"]["seed"]
    assert {name: seeds[name]["n_arguments"] for name in ("add", "short", "hidden", "build")} == {
        "add": 6,
        "short": 1,
        "hidden": 2,
        "build": 0,
    }
    assert {name for name, seed in seeds.items() if not seed["has_return_value"]} == {"long"}
    assert {name for name, seed in seeds.items() if not seed["is_method"]} == {"add", "long", "short"}
    assert seeds["add"]["imports"] == ["require 'set'", 'require_relative "shop"']
    assert not any(seed["has_error"] or seed["shares_lines"] for seed in seeds.values())


SWIFT = """
import Foundation
@testable import Shop

/// Adds up.
///
/// - Parameter items: all
/// - Returns: the sum
@discardableResult
@inlinable
public func total<T: Numeric>(_ items: [T], from start: T = 0, rest: T...) throws -> T where T: Comparable {
    /// Inner.
    func inner() { print({ (x: Int) -> Int in return x }(1)) }
    inner()
    return items.reduce(start, +)
}

// no documentation
func plain() {}

/** Block form. */
func block() -> Void {}

public final class Cart: Base {
    /**
     Makes one.

     - Note: quickly
     */
    public required init?(size: Int) { self.size = size }

    /// Adds two.
    static func + (left: Cart, right: Cart) -> Cart { left }

    /// Ends it.
    deinit { close() }

    /// Property.
    var size: Int { return 1 }

    /// Waits.
    override func load() async throws -> String? {
        guard let x = y else { throw Failure.none }
        return nil
    }
}

extension Cart {
    /// Changes.
    mutating func change(by n: inout Int) { n += 1 }
}

protocol Shape {
    /// Only declared.
    func area() -> Double
}
"""


def test_swift(seeds_of):
    seeds = seeds_of("swift", SWIFT)
    assert set(seeds) == {"total", "inner", "block", "init", "+", "deinit", "load", "change"}
    assert seeds["total"]["docstring"] == "Adds up.\n\n- Parameter items: all\n- Returns: the sum"
    assert "\n@discardableResult\n@inlinable\npublic func total" in seeds["total"]["seed"]
    assert seeds["init"]["docstring"] == "Makes one.\n\n- Note: quickly"
    assert {name: seeds[name]["n_arguments"] for name in ("total", "inner", "+", "change")} == {
        "total": 3,
        "inner": 0,
        "+": 2,
        "change": 1,
    }
    assert {name for name, seed in seeds.items() if seed["has_return_value"]} == {"total", "+", "load"}
    assert {name for name, seed in seeds.items() if seed["is_nested"]} == {"inner"}
    assert {name for name, seed in seeds.items() if seed["is_method"]} == {
        "init",
        "+",
        "deinit",
        "load",
        "change",
    }
    assert seeds["block"]["imports"] == ["import Foundation", "@testable import Shop"]
    assert not any(seed["has_error"] or seed["shares_lines"] for seed in seeds.values())


BASH = """#!/usr/bin/env bash
source ./library.sh
. "$HOME/.profile"

# Says hello.
#   $1: whom
# shellcheck disable=SC2034
hello() {
  # inner
  local name=$1
  cat <<EOF
Hello, $name
EOF
}

#-----------------------
# Between rulers.
#-----------------------
function goodbye {
  echo bye
}

# In a subshell.
function sub() (
	cd /tmp && pwd
)

# Apart.

plain() { :; }

echo start # of the line
other() { :; }
"""


def test_bash(seeds_of):
    seeds = seeds_of("bash", BASH)
    assert set(seeds) == {"hello", "goodbye", "sub"}
    assert seeds["hello"]["docstring"] == "Says hello.\n  $1: whom"
    assert "# shellcheck" in seeds["hello"]["seed"]
    assert seeds["hello"]["seed"].endswith("\nHello, $name\nEOF\n}")
    assert seeds["goodbye"]["docstring"] == "Between rulers."
    assert seeds["hello"]["imports"] == ["source ./library.sh", '. "$HOME/.profile"']
    assert seeds["hello"]["has_return_value"] is None
    assert seeds["hello"]["n_arguments"] is None
    assert not any(seed["has_error"] or seed["shares_lines"] for seed in seeds.values())


def test_a_shebang_documents_nothing(seeds_of):
    assert seeds_of("bash", "#!/bin/sh\nf() { :; }\n") == {}
