// Stands in for the test libraries that models write for and that are not installed: describe, it, expect and mocks in
// the manner of Jest, Vitest and Mocha, with Chai's words. Every matcher that holds is counted; one that fails, and a
// test that throws, is a failed check whoever catches it. Reports are left out: nobody reads them here.
'use strict';
const { isDeepStrictEqual, format } = require('util');

module.exports = ({ holds, fail, forgive }) => {
  class ExpectationError extends Error {}
  const hooks = () => ({ beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] });
  const top = { parent: null, tests: [], ...hooks() };
  let suite = top;
  let count = 0;

  // toEqual does not see undefined properties or classes; toStrictEqual does
  const plain = (value, seen = new Map()) => {
    if (value === null || typeof value !== 'object') return value;
    if (asymmetric(value) || value instanceof Date || value instanceof RegExp || ArrayBuffer.isView(value)) return value;
    if (seen.has(value)) return seen.get(value);
    if (value instanceof Map) return new Map([...value].map(([k, v]) => [plain(k, seen), plain(v, seen)]));
    if (value instanceof Set) return new Set([...value].map((v) => plain(v, seen)));
    if (value instanceof Error) return { message: value.message };
    const made = Array.isArray(value) ? [] : {};
    seen.set(value, made);
    for (const key of Reflect.ownKeys(value)) {
      if (Array.isArray(value) && key === 'length') made.length = value.length;
      else if (value[key] !== undefined || Array.isArray(value)) made[key] = plain(value[key], seen);
    }
    return made;
  };
  const asymmetric = (value) => value !== null && typeof value === 'object' && typeof value.asymmetricMatch === 'function';
  const matches = (got, want) => {
    if (asymmetric(want)) return want.asymmetricMatch(got);
    if (want === null || typeof want !== 'object' || got === null || typeof got !== 'object') return Object.is(got, want);
    if (!hasAsymmetric(want)) return isDeepStrictEqual(plain(got), plain(want));
    if (Array.isArray(want) && (!Array.isArray(got) || got.length !== want.length)) return false;
    const keys = Object.keys(want);
    return Object.keys(got).filter((key) => got[key] !== undefined).length === keys.length && keys.every((key) => matches(got[key], want[key]));
  };
  const hasAsymmetric = (value, depth = 0) => asymmetric(value)
    || (depth < 6 && value !== null && typeof value === 'object' && Object.values(value).some((v) => hasAsymmetric(v, depth + 1)));
  const includes = (got, want) => Object.keys(want).every((key) => key in Object(got)
    && (want[key] !== null && typeof want[key] === 'object' && !asymmetric(want[key]) && !Array.isArray(want[key])
      ? includes(got[key], want[key]) : matches(got[key], want[key])));
  const says = (error, want) => {
    if (want === undefined) return true;
    const message = error !== null && typeof error === 'object' ? String(error.message) : String(error);
    if (want instanceof RegExp) return want.test(message);
    if (typeof want === 'function') return error instanceof want;
    if (typeof want === 'string') return message.includes(want);
    return asymmetric(want) ? want.asymmetricMatch(error) : message === want.message;
  };
  const at = (object, path) => (Array.isArray(path) ? path : String(path).split(/[.[\]]+/).filter(Boolean))
    .reduce((found, key) => (found.there && found.value !== null && found.value !== undefined && key in Object(found.value)
      ? { there: true, value: found.value[key] } : { there: false }), { there: true, value: object });
  const calls = (f) => { if (!f || !f.mock) throw new TypeError('not a mock'); return f.mock.calls; };
  const contains = (got, want) => (typeof got === 'string' ? got.includes(want) : [...got].some((one) => Object.is(one, want)));

  const MATCHERS = {
    toBe: (got, want) => Object.is(got, want),
    toEqual: matches,
    toStrictEqual: (got, want) => (hasAsymmetric(want) ? matches(got, want) : isDeepStrictEqual(got, want)),
    toBeTruthy: (got) => Boolean(got),
    toBeFalsy: (got) => !got,
    toBeNull: (got) => got === null,
    toBeUndefined: (got) => got === undefined,
    toBeDefined: (got) => got !== undefined,
    toBeNaN: (got) => Number.isNaN(got),
    toBeGreaterThan: (got, want) => got > want,
    toBeGreaterThanOrEqual: (got, want) => got >= want,
    toBeLessThan: (got, want) => got < want,
    toBeLessThanOrEqual: (got, want) => got <= want,
    toBeCloseTo: (got, want, digits = 2) => got === want || Math.abs(got - want) < 10 ** -digits / 2,
    toBeInstanceOf: (got, want) => got instanceof want,
    toBeTypeOf: (got, want) => typeof got === want,
    toContain: contains,
    toContainEqual: (got, want) => [...got].some((one) => matches(one, want)),
    toHaveLength: (got, want) => got.length === want,
    toMatch: (got, want) => (typeof want === 'string' ? got.includes(want) : want.test(got)),
    toMatchObject: (got, want) => includes(got, want),
    toHaveProperty: (got, path, ...want) => {
      const found = at(got, path);
      return found.there && (want.length === 0 || matches(found.value, want[0]));
    },
    toHaveBeenCalled: (f) => calls(f).length > 0,
    toHaveBeenCalledTimes: (f, want) => calls(f).length === want,
    toHaveBeenCalledOnce: (f) => calls(f).length === 1,
    toHaveBeenCalledWith: (f, ...want) => calls(f).some((one) => matches(one, want)),
    toHaveBeenLastCalledWith: (f, ...want) => matches(calls(f).at(-1), want),
    toHaveBeenNthCalledWith: (f, n, ...want) => matches(calls(f)[n - 1], want),
    toHaveReturnedWith: (f, want) => f.mock.results.some((one) => one.type === 'return' && matches(one.value, want)),
  };
  const names = { toBeCalled: 'toHaveBeenCalled', toBeCalledTimes: 'toHaveBeenCalledTimes', toBeCalledWith: 'toHaveBeenCalledWith' };
  for (const [name, same] of Object.entries(names)) MATCHERS[name] = MATCHERS[same];

  const decide = (holding, message) => {
    if (holding) { holds(); return; }
    const error = new ExpectationError(message);
    fail(error);
    throw error;
  };
  const settle = (got, want, not, name) => {
    let thrown;
    let threw = false;
    if (typeof got !== 'function') throw new TypeError('expect(...).toThrow needs a function');
    try { got(); } catch (error) { threw = true; thrown = error; }
    const holding = threw && says(thrown, want) !== false;
    if (holding && !not) forgive(thrown);
    decide(holding !== not, `${not ? 'not ' : ''}${name}: ${threw ? format('threw %s', thrown) : 'nothing was thrown'}`);
  };

  const chain = (got, not) => {
    const made = {};
    for (const [name, matcher] of Object.entries(MATCHERS)) {
      made[name] = (...want) => decide(matcher(got, ...want) !== not, format(`${not ? 'not ' : ''}${name}: got %o, wanted %o`, got, want[0]));
    }
    made.toThrow = (want) => settle(got, want, not, 'toThrow');
    made.toThrowError = made.toThrow;
    if (!not) Object.defineProperty(made, 'not', { configurable: true, get: () => chain(got, true) });
    return made;
  };
  const later = (got, way, not) => new Proxy({}, {
    get: (_, name) => (name === 'not' ? later(got, way, true) : async (...want) => {
      let value;
      let settled = 'resolves';
      try { value = await (typeof got === 'function' ? got() : got); } catch (error) { settled = 'rejects'; value = error; }
      if (settled !== way) decide(false, format('the promise did not %s: %o', way.slice(0, -1), value));
      if (way === 'rejects') forgive(value);
      if (name === 'toThrow' || name === 'toThrowError') decide(says(value, want[0]) !== not, format('%s: got %o', name, value));
      else chain(value, not)[name](...want);
    }),
  });
  // Chai's words: to.equal, to.deep.equal, to.be.true, to.throw
  const spoken = (got, flags) => {
    const is = (holding, what) => { decide(holding !== flags.not, format(`expected %o ${flags.not ? 'not ' : ''}%s`, got, what)); return spoken(got, flags); };
    const made = {
      equal: (want) => is(flags.deep ? isDeepStrictEqual(got, want) : got === want, format('to equal %o', want)),
      eql: (want) => is(isDeepStrictEqual(got, want), format('to eql %o', want)),
      a: (type) => is((got === null ? 'null' : Array.isArray(got) ? 'array' : typeof got) === String(type).toLowerCase(), `to be a ${type}`),
      instanceOf: (type) => is(got instanceof type, `to be an instance of ${type.name}`),
      include: (want) => is(flags.deep ? [...got].some((one) => isDeepStrictEqual(one, want)) : want !== null && typeof want === 'object' && !Array.isArray(got) ? includes(got, want) : contains(got, want), format('to include %o', want)),
      members: (want) => is(got.length === want.length && want.every((one) => got.some((other) => isDeepStrictEqual(one, other))), format('to have members %o', want)),
      lengthOf: (want) => is(got.length === want, `to have length ${want}`),
      property: (name, ...want) => is(at(got, name).there && (want.length === 0 || isDeepStrictEqual(at(got, name).value, want[0])), `to have property ${name}`),
      keys: (...want) => is(isDeepStrictEqual(Object.keys(got).sort(), want.flat().sort()), format('to have keys %o', want.flat())),
      match: (want) => is(want.test(got), `to match ${want}`),
      above: (want) => is(got > want, `to be above ${want}`),
      least: (want) => is(got >= want, `to be at least ${want}`),
      below: (want) => is(got < want, `to be below ${want}`),
      most: (want) => is(got <= want, `to be at most ${want}`),
      within: (low, high) => is(got >= low && got <= high, `to be within ${low} and ${high}`),
      closeTo: (want, delta) => is(Math.abs(got - want) <= delta, `to be close to ${want}`),
      oneOf: (want) => is(want.includes(got), format('to be one of %o', want)),
      satisfy: (asked) => is(Boolean(asked(got)), 'to satisfy a condition'),
      throw: (type, message) => settle(got, typeof type === 'function' && message !== undefined ? { asymmetricMatch: (error) => says(error, type) && says(error, message) } : type, flags.not, 'throw'),
    };
    const same = { equals: 'equal', eq: 'equal', an: 'a', includes: 'include', contain: 'include', contains: 'include', instanceof: 'instanceOf', length: 'lengthOf', gt: 'above', greaterThan: 'above', gte: 'least', lt: 'below', lessThan: 'below', lte: 'most', approximately: 'closeTo', throws: 'throw', Throw: 'throw', have: null };
    for (const [name, other] of Object.entries(same)) if (other) made[name] = made[other];
    const states = { true: () => got === true, false: () => got === false, null: () => got === null, undefined: () => got === undefined, NaN: () => Number.isNaN(got), ok: () => Boolean(got), exist: () => got !== null && got !== undefined, empty: () => (got.size ?? got.length ?? Object.keys(got).length) === 0 };
    return new Proxy((...args) => made.a(...args), {
      get: (_, name) => {
        if (name === 'not') return spoken(got, { ...flags, not: !flags.not });
        if (name === 'deep') return spoken(got, { ...flags, deep: true });
        if (Object.hasOwn(states, name)) return is(states[name](), `to be ${name}`);
        if (Object.hasOwn(made, name)) return made[name];
        return spoken(got, flags);
      },
    });
  };
  const expect = (got) => {
    const made = chain(got, false);
    made.resolves = later(got, 'resolves', false);
    made.rejects = later(got, 'rejects', false);
    for (const word of ['to', 'be', 'have', 'is', 'and', 'that', 'does']) Object.defineProperty(made, word, { get: () => spoken(got, { not: false, deep: false }) });
    const not = made.not;
    for (const word of ['to', 'be', 'have']) Object.defineProperty(not, word, { get: () => spoken(got, { not: true, deep: false }) });
    Object.defineProperty(made, 'not', { get: () => not });
    return made;
  };
  const asks = (asymmetricMatch) => ({ asymmetricMatch });
  Object.assign(expect, {
    anything: () => asks((got) => got !== null && got !== undefined),
    any: (type) => asks((got) => got instanceof type || typeof got === type.name.toLowerCase()),
    arrayContaining: (want) => asks((got) => Array.isArray(got) && want.every((one) => got.some((other) => matches(other, one)))),
    objectContaining: (want) => asks((got) => includes(got, want)),
    stringContaining: (want) => asks((got) => typeof got === 'string' && got.includes(want)),
    stringMatching: (want) => asks((got) => typeof got === 'string' && new RegExp(want).test(got)),
    closeTo: (want, digits = 2) => asks((got) => MATCHERS.toBeCloseTo(got, want, digits)),
    assertions() {}, hasAssertions() {},
    fail: (message) => decide(false, message ?? 'expect.fail'),
  });

  const mock = (body) => {
    let usual = body;
    const once = [];
    const f = function (...args) {
      f.mock.calls.push(args);
      const run = once.length ? once.shift() : usual;
      try {
        const value = run ? run.apply(this, args) : undefined;
        f.mock.results.push({ type: 'return', value });
        return value;
      } catch (error) {
        f.mock.results.push({ type: 'throw', value: error });
        throw error;
      }
    };
    f.mock = { calls: [], results: [] };
    const says = (way, queue) => (value) => { const run = way(value); if (queue) once.push(run); else usual = run; return f; };
    f.mockReturnValue = says((value) => () => value);
    f.mockReturnValueOnce = says((value) => () => value, true);
    f.mockResolvedValue = says((value) => async () => value);
    f.mockResolvedValueOnce = says((value) => async () => value, true);
    f.mockRejectedValue = says((error) => async () => { throw error; });
    f.mockRejectedValueOnce = says((error) => async () => { throw error; }, true);
    f.mockImplementation = says((run) => run);
    f.mockImplementationOnce = says((run) => run, true);
    f.mockClear = () => { f.mock.calls.length = 0; f.mock.results.length = 0; return f; };
    f.mockReset = () => { usual = undefined; return f.mockClear(); };
    return f;
  };
  const spyOn = (object, name) => {
    const real = object[name];
    const f = mock(real);
    f.mockRestore = () => { object[name] = real; };
    object[name] = f;
    return f;
  };
  const jest = { fn: mock, spyOn, clearAllMocks() {}, resetAllMocks() {}, restoreAllMocks() {} };

  const describe = (name, body) => {
    const outer = suite;
    suite = { parent: outer, tests: [], ...hooks() };
    outer.tests.push(suite);
    try { body(); } finally { suite = outer; }
  };
  const it = (name, options, body) => {
    count += 1;
    suite.tests.push({ name, body: typeof options === 'function' ? options : body, suite });
  };
  const skip = () => {};
  const titled = (name, row) => (Array.isArray(row) ? format(name, ...row) : format(name, row));
  const each = (kind) => (rows) => (name, body) => rows.forEach((row) => kind(titled(name, row), () => body(...(Array.isArray(row) ? row : [row]))));
  for (const kind of [describe, it]) {
    Object.assign(kind, { skip, todo: skip, only: kind, concurrent: kind, each: each(kind) });
    kind.skip.each = () => skip;
  }
  const called = (body) => (body.length === 0 ? body() : new Promise((resolve, reject) => { body((error) => (error ? reject(error) : resolve())); }));
  const above = (one) => (one ? [...above(one.parent), one] : []);
  const runSuite = async (one) => {
    for (const hook of one.beforeAll) await called(hook);
    for (const test of one.tests) {
      if (test.tests) { await runSuite(test); continue; }
      try {
        for (const level of above(test.suite)) for (const hook of level.beforeEach) await called(hook);
        await called(test.body);
      } catch (error) {
        fail(error);
      }
      for (const level of above(test.suite).reverse()) for (const hook of level.afterEach) await called(hook);
    }
    for (const hook of one.afterAll) await called(hook);
  };
  const hook = (name) => (body) => { suite[name].push(body); };
  return {
    describe, it, test: it, suite: describe, context: describe, expect, jest, vi: jest, mock,
    beforeAll: hook('beforeAll'), before: hook('beforeAll'), beforeEach: hook('beforeEach'),
    afterEach: hook('afterEach'), afterAll: hook('afterAll'), after: hook('afterAll'),
    waiting: () => count > 0 || top.tests.length > 0,
    run: () => runSuite(top).catch(fail),
  };
};
