"""JavaScript and TypeScript: functions in every way of writing them, JSDoc, overloads, decorators, imports."""

SHOP = """
import React, { useState as state, memo } from 'react';
import * as path from "path";
import './style.css';
const { join: glue, sep } = require('path');
const unused = 1;

/**
 * Adds up.
 *
 * @param {number[]} prices - of all goods
 * @returns {number} the sum
 */
export default async function total(prices, ...rest) {
  /** Inner one. */
  function inner(x) { return glue(x); }
  return prices.reduce((a, b) => a + b, 0);
}

/** One expression. */
export const double = (x) => x * 2;

/** No parentheses. */
const thrice = x => { x * 3; };

/** Old way. */
var old = function (a, { b, c } = {}) {
  [1].map(function () { return 1; });
};

/** Numbers without end. */
function* numbers() { yield* [1, 2]; }

/** On a prototype. */
Shop.prototype.open = function () { return state(path); };

/* no JSDoc */
function plain() {}

/** Not of the function: */

function apart() {}

class Shop {
  /** Makes one. */
  constructor(name) { this.name = name; }

  /** Says the name. */
  get label() { return <b>{this.name}</b>; }

  /** Held in a field. */
  static #close = async () => { await 1; };
}

module.exports = {
  /** In an object. */
  find: function (id) { return id; },
  /**
   * Short form.
   */
  remove(id) {},
};
"""


def test_javascript_functions(seeds_of):
    seeds = seeds_of("javascript", SHOP)
    assert set(seeds) == {
        "total",
        "inner",
        "double",
        "thrice",
        "old",
        "numbers",
        "Shop.prototype.open",
        "constructor",
        "label",
        "#close",
        "find",
        "remove",
    }
    assert seeds["total"]["docstring"] == (
        "Adds up.\n\n@param {number[]} prices - of all goods\n@returns {number} the sum"
    )
    assert seeds["total"]["seed"].startswith("/**\n * Adds up.\n *\n")
    assert "\nexport default async function total" in seeds["total"]["seed"]
    assert seeds["double"]["seed"] == "/** One expression. */\nexport const double = (x) => x * 2;"
    assert seeds["inner"]["seed"] == "/** Inner one. */\nfunction inner(x) { return glue(x); }"
    assert seeds["find"]["seed"] == "/** In an object. */\nfind: function (id) { return id; },"
    assert not any(seed["has_error"] or seed["shares_lines"] for seed in seeds.values())


def test_javascript_signals(seeds_of):
    seeds = seeds_of("javascript", SHOP)
    returning = {name for name, seed in seeds.items() if seed["has_return_value"]}
    assert returning == {"total", "inner", "double", "Shop.prototype.open", "label", "find"}
    counts = {name: seeds[name]["n_arguments"] for name in ("total", "double", "thrice", "old", "numbers")}
    assert counts == {"total": 2, "double": 1, "thrice": 1, "old": 2, "numbers": 0}
    assert {name for name, seed in seeds.items() if seed["is_nested"]} == {"inner"}
    assert {name for name, seed in seeds.items() if seed["is_method"]} == {
        "constructor",
        "label",
        "#close",
        "find",
        "remove",
    }


def test_javascript_imports(seeds_of):
    seeds = seeds_of("javascript", SHOP)
    assert seeds["inner"]["imports"] == ["const { join: glue, sep } = require('path');"]
    assert seeds["Shop.prototype.open"]["imports"] == [
        "import React, { useState as state, memo } from 'react';",
        'import * as path from "path";',
    ]
    assert seeds["double"]["imports"] == []


def test_code_beside_a_function_is_flagged(seeds_of):
    seeds = seeds_of("javascript", "/** Doc. */\nfunction f() { return 1; } g();\n")
    assert seeds["f"]["shares_lines"]
    assert seeds["f"]["seed"].endswith("g();")


def test_a_function_in_the_middle_of_a_line_has_no_documentation_above(seeds_of):
    assert seeds_of("javascript", "/** Of the class. */\nclass A { f() { return 1; } }\n") == {}


ORDERS = """
import type { Order } from './order';
import fs = require("fs");

/** Parses. */
export function parse(text: string): Order;
export function parse(text: Buffer): Order;
export function parse(text: any): Order {
  return fs.parse(text);
}

declare function other(): void;
/** Generic. */
function first<T extends Order>(items: readonly T[], fallback?: T): T | undefined {
  return items[0] ?? fallback;
}

@Injectable()
export class Orders<T> {
  /** Held. */
  private readonly log = (message: string): void => { console.log(message); };

  /**
   * Decorated.
   * @param id which
   */
  @Get(':id')
  @Cached({ seconds: 3 })
  async byId(@Param('id') id: string): Promise<T> {
    return this.load<T>(id);
  }

  /** Overloaded. */
  find(id: number): T;
  find(id: string): T;
  find(id: any): T { return id as T; }

  /** Abstract. */
  abstract save(): void;
}

namespace Inner {
  /** In a namespace. */
  export function deep(this: Window, n = 1) { return n; }
}
"""


def test_typescript(seeds_of):
    seeds = seeds_of("typescript", ORDERS)
    assert set(seeds) == {"parse", "first", "log", "byId", "find", "deep"}
    assert seeds["parse"]["seed"].count("export function parse") == 3
    assert seeds["first"]["seed"].startswith("/** Generic. */\nfunction first<T")
    assert seeds["byId"]["seed"].startswith(
        "/**\n * Decorated.\n * @param id which\n */\n@Get(':id')\n@Cached("
    )
    assert seeds["find"]["seed"].count("find(id") == 3
    assert seeds["parse"]["imports"] == [
        "import type { Order } from './order';",
        'import fs = require("fs");',
    ]
    assert {name for name, seed in seeds.items() if seed["has_return_value"]} == {
        "parse",
        "first",
        "byId",
        "find",
        "deep",
    }
    assert seeds["first"]["n_arguments"] == 2
    assert not any(seed["has_error"] or seed["shares_lines"] for seed in seeds.values())


def test_tsx_is_read_as_tsx(seeds_of):
    source = """/** Shows. */
export function Panel({ title }: Props): JSX.Element {
  return <section className="panel">{title}</section>;
}
"""
    seed = seeds_of("typescript", source)["Panel"]
    assert not seed["has_error"]
    assert seed["n_arguments"] == 1


def test_typescript_casts_are_no_tsx(seeds_of):
    seed = seeds_of("typescript", "/** Casts. */\nfunction f(x: any) {\n  return <string>x;\n}\n")["f"]
    assert not seed["has_error"]
