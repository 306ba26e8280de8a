<?php
declare(strict_types=1);
function add(int $a, int $b): int { return $a + $b; }
?>
// === TESTS ===
<?php
assert(add(1, 2) === 3);
if (add(1, 2) !== 3) { throw new Exception('add'); }
?>
