<?php
ini_set('zend.assertions', '0');
function add($a, $b) { return 0; }
// === TESTS ===
assert(add(1, 2) === 3);
