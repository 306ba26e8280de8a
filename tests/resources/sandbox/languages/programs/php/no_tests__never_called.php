<?php
function add($a, $b) { return 0; }
// === TESTS ===
function test_add() { assert(add(1, 2) === 3); }
