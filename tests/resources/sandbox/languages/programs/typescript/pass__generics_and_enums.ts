enum Op { Add, Sub }
interface Pair<T> { a: T; b: T }
class Box { constructor(private readonly p: Pair<number>) {} sum(): number { return this.p.a + this.p.b; } }
function add(a: number, b: number): number { return Op.Add === 0 ? new Box({ a, b }).sum() : 0; }
// === TESTS ===
import * as assert from 'assert';
assert(add(1, 2) === 3);
assert.strictEqual(add(2, 2) as unknown as number, 4);
