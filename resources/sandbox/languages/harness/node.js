// Runs an answer with its tests in Node and proves that the tests ran to their end.
// Started as `node node.js`; plan.json says what to expect. Everything the proof needs is taken hold of
// before the answer's first line: the first half of the token, the functions that write it, the assertions.
'use strict';
const fs = require('fs');
const Module = require('module');
const vm = require('vm');
const path = require('path');

const { readSync, writeSync } = fs;
const { apply, ownKeys, getOwnPropertyDescriptor, defineProperty } = Reflect;
const stop = process.reallyExit.bind(process);
const half = () => {
  const bytes = Buffer.alloc(16);
  let got = 0;
  while (got < 16) {
    const n = readSync(4, bytes, got, 16 - got);
    if (n === 0) break;
    got += n;
  }
  return bytes.latin1Slice(0, got);
};
const first = half();

const plan = JSON.parse(fs.readFileSync('plan.json', 'utf8'));
let held = 0; // assertions that held
let open = 0; // async functions of the tests that have begun and not ended
let ended = false;
let broken = false;

let testing = !plan.joined; // false while the answer is loaded
let answer; // what the answer declares, and what it exports
const failures = new Map(); // error of a check that failed -> what it says
const ours = new Set(); // what the tests threw themselves

const told = (error) => String(error instanceof Error ? error.message : error).split('\n').slice(0, 3).join(' ');
const fail = (error, message) => { if (testing) failures.set(error, message ?? told(error)); };
const forgive = (error) => failures.delete(error);

// assertions count as they hold, fail for good, and cannot be replaced; what they expect to be thrown is no failure
const original = require('assert');
const expecting = new Set(['throws', 'rejects']);
const counted = (f, name) => function (...args) {
  let expected;
  const keep = (error) => { expected = error; throw error; };
  if (expecting.has(name) && typeof args[0] === 'function') {
    const asked = args[0];
    args[0] = function () {
      try {
        const result = asked();
        return result && typeof result.then === 'function' ? result.then(undefined, keep) : result;
      } catch (error) {
        return keep(error);
      }
    };
  } else if (expecting.has(name) && args[0] && typeof args[0].then === 'function') {
    args[0] = args[0].then(undefined, keep);
  }
  const holds = (value) => { held += 1; forgive(expected); return value; };
  const fails = (error) => { fail(error); throw error; };
  let result;
  try {
    result = apply(f, this, args);
  } catch (error) {
    return fails(error);
  }
  if (result !== null && typeof result === 'object' && typeof result.then === 'function') {
    return result.then(holds, fails);
  }
  return holds(result);
};
const faces = new Map();
const face = (assert) => {
  if (faces.has(assert)) return faces.get(assert);
  const made = counted(assert);
  faces.set(assert, made);
  for (const key of ownKeys(assert)) {
    if (key === 'prototype' || key === 'length' || key === 'name') continue;
    const value = assert[key];
    const plain = typeof value !== 'function' || key === 'AssertionError' || key === 'CallTracker' || key === 'Assert';
    made[key] = key === 'strict' ? face(value) : plain ? value : counted(value, key);
  }
  return Object.freeze(made);
};
const proven = face(original);
const expectations = require('./expect.js')({ holds: () => { held += 1; }, fail, forgive });
const main = (exported, name) => {
  if (exported && exported.__esModule && exported.default !== undefined) return exported.default;
  if (typeof exported === 'object' && exported !== null) return exported.default ?? exported[name] ?? exported;
  return exported;
};
defineProperty(globalThis, plan.mark, {
  value: Object.freeze({
    assert: proven,
    begin() { open += 1; },
    end() { open -= 1; },
    exit(status) { if (!status && !process.exitCode) ended = true; process.exit(status); },
    // between answer and tests
    tests(names, module) {
      testing = true;
      const exported = module && module.exports;
      const exports = exported && (typeof exported === 'function' || ownKeys(exported).length) ? exported : undefined;
      answer = { names: names(), exports };
      for (const name of plan.globals) {
        if (!(name in globalThis)) defineProperty(globalThis, name, { value: expectations[name], writable: true });
      }
    },
    module(name, hint) {
      if (!/^\.\.?\//.test(name)) return expectations;
      if (answer === undefined) throw new Error(`Cannot find module '${name}'`);
      if (answer.exports === undefined) return answer.names[hint] ?? answer.names;
      return answer.exports;
    },
    main,
    watch(mode, value) {
      held += 1;
      if (mode === 'p' ? !value : mode === 'f' && value) fail({}, 'the tests reported a failure');
      return value;
    },
    thrown(error) { ours.add(error); return error; },
    reached() { fail({}, 'the tests reported a failure'); },
    caught(error, how) {
      if (how === 'decides') return;
      if (how === 'fails' || how === 'swallows' || (ours.has(error) && how !== 'decides')) fail(error);
      else if (how === 'expects') held += 1;
    },
    swallow: (print) => function (error) { fail(error); return apply(print, this, [error]); },
    consoleAssert(condition, ...message) {
      if (!condition) {
        const error = new original.AssertionError({ message: 'Assertion failed: ' + message.join(' ') });
        fail(error);
        throw error;
      }
      held += 1;
    },
  }),
});
const load = Module._load;
defineProperty(Module, '_load', { writable: false, configurable: false, value(name, ...rest) {
  if (testing) {
    if (name === 'assert' || name === 'node:assert') return proven;
    if (name === 'assert/strict' || name === 'node:assert/strict') return proven.strict;
  }
  return apply(load, this, [name, ...rest]);
} });

// what tests compare with: an answer that changes these has changed its judge
const watched = [
  JSON, Reflect, Object, Array, Number, String, Symbol, Map, Set, Promise, Error, Proxy, RegExp,
  ...[Object, Function, Array, Number, String, Boolean, Symbol, Map, Set, Promise, RegExp, Error, BigInt, Date]
    .map((c) => c.prototype),
];
for (const fixed of [JSON, Reflect, Object]) {
  for (const key of ownKeys(fixed)) {
    if (typeof fixed[key] === 'function' && key !== 'constructor') {
      defineProperty(fixed, key, { writable: false, configurable: false });
    }
  }
}
const before = watched.map((object) => ownKeys(object).map((key) => {
  const slot = getOwnPropertyDescriptor(object, key);
  return [key, slot.value, slot.get, slot.set];
}));
const values = ['Object', 'Array', 'Number', 'String', 'Map', 'Set', 'Promise', 'Error', 'JSON', 'Reflect']
  .map((name) => [name, globalThis[name]]);
const same = Object.is;
const unchanged = () => {
  for (let i = 0; i < watched.length; i += 1) {
    for (let j = 0; j < before[i].length; j += 1) {
      const [key, value, get, set] = before[i][j];
      const slot = getOwnPropertyDescriptor(watched[i], key);
      if (slot === undefined || !same(slot.value, value) || slot.get !== get || slot.set !== set) {
        writeSync(2, `error: the answer changed the built-in ${String(key)}\n`);
        return false;
      }
    }
  }
  for (let i = 0; i < values.length; i += 1) {
    if (!same(globalThis[values[i][0]], values[i][1])) return false;
  }
  return true;
};

process.on('uncaughtExceptionMonitor', () => { broken = true; });
process.on('unhandledRejection', (reason) => {
  broken = true;
  const text = reason instanceof Error ? String(reason.stack) : String(reason);
  writeSync(2, 'Unhandled rejection: ' + text + '\n');
  stop(1);
});
process.on('exit', (status) => {
  if (status !== 0 || !ended || broken) return;
  if (failures.size !== 0) {
    writeSync(2, `error: a check failed and was caught: ${[...failures.values()][0]}\n`);
    process.exitCode = 1;
    return;
  }
  if (open !== 0) {
    writeSync(2, 'error: an async test never came to its end\n');
    return;
  }
  if (held < plan.needed || !unchanged()) return;
  const proof = first + half() + String(held);
  writeSync(3, proof);
});

const refuse = (error) => {
  writeSync(2, String(error && error.stack ? error.stack : error) + '\n');
  writeSync(3, 'build');
  stop(90);
};
const done = () => {
  ended = true;
  // plain tests have nothing more to wait for: a forgotten timer must not hold them
  if (plan.plain) process.exit();
};

// TypeScript: esbuild is a program, the TypeScript compiler a library beside the command `tsc`
const withoutTypes = (text) => {
  if (path.basename(plan.compiler).startsWith('esbuild')) {
    const format = plan.module ? 'esm' : 'cjs';
    const options = ['--loader=ts', `--format=${format}`, '--platform=node', '--target=node18', '--log-level=error'];
    return require('child_process').execFileSync(plan.compiler, options, { input: text, encoding: 'utf8', stdio: 'pipe' });
  }
  const ts = require(path.resolve(plan.compiler, '../../lib/typescript.js'));
  const target = ts.ScriptTarget.ES2022;
  const made = ts.transpileModule(text, {
    compilerOptions: { target, module: plan.module ? ts.ModuleKind.ES2022 : ts.ModuleKind.CommonJS },
    reportDiagnostics: true,
  });
  if (made.diagnostics.length) throw new SyntaxError(ts.flattenDiagnosticMessageText(made.diagnostics[0].messageText, ' '));
  return made.outputText;
};

const file = path.resolve(plan.program);
let source = fs.readFileSync(file, 'utf8');
if (plan.compiler) {
  try {
    source = withoutTypes(source);
    if (plan.module) fs.writeFileSync(file, source);
  } catch (error) {
    refuse(error.stderr && error.stderr.length ? error.stderr : error);
  }
}
fs.unlinkSync('plan.json');
process.argv = [process.argv[0], file];
if (plan.module) {
  import(file).then(expectations.run).then(done, (error) => {
    if (error instanceof SyntaxError && held === 0) refuse(error);
    writeSync(2, String(error && error.stack ? error.stack : error) + '\n');
    broken = true;
    stop(1);
  });
} else {
  const main = new Module(file, null);
  main.filename = file;
  main.id = '.';
  main.paths = Module._nodeModulePaths(path.dirname(file));
  process.mainModule = main;
  const names = ['exports', 'require', 'module', '__filename', '__dirname'];
  const imports = vm.constants && vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  let body;
  try {
    body = vm.compileFunction(source.replace(/^#!.*/, ''), names, {
      filename: file, ...(imports ? { importModuleDynamically: imports } : {}),
    });
  } catch (error) {
    refuse(error);
  }
  fs.unlinkSync(file);
  apply(body, main.exports, [main.exports, Module.createRequire(file), main, file, path.dirname(file)]);
  if (expectations.waiting()) expectations.run().then(done);
  else done();
}
