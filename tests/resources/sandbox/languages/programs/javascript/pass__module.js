export function add(a, b) { return a + b; }
// === TESTS ===
import assert, { strictEqual } from 'node:assert';
assert(add(1, 2) === 3);
strictEqual(await Promise.resolve(add(2, 2)), 4);
