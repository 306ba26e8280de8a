<?php
namespace App;

$base = 0;
function add($a, $b) { global $base; return $base + $a + $b; }
// === TESTS ===
assert(add(1, 2) === 3);
