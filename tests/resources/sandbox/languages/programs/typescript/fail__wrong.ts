const add = (a: number, b: number): number => a - b;
// === TESTS ===
import * as assert from 'assert';
assert.strictEqual(add(1, 2), 3);
