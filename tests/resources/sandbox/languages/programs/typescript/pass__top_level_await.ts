export const add = async (a: number, b: number): Promise<number> => a + b;
// === TESTS ===
import { strictEqual } from 'assert';
strictEqual(await add(1, 2), 3);
