<?php
function add($a, $b) { return $a + ; }
// === TESTS ===
if (add(1, 2) !== 3) { throw new Exception('add'); }
