<?php
function add($a, $b) { ini_set('assert.active', '0'); ini_set('assert.exception', '0'); return 0; }
// === TESTS ===
assert(add(1, 2) === 3);
