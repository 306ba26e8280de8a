function add(a: number, b: number): number { process.exit(0); }
// === TESTS ===
import * as assert from 'assert';
assert.strictEqual(add(1, 2), 3);
