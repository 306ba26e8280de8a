export function next(x: number): number {
  return x + 1;
}
if (require.main === module) {
  process.exit(3);
}
// === TESTS ===
import assert from 'assert';
assert.strictEqual(next(1), 2);
