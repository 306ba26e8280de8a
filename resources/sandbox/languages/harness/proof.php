<?php
// Includes the answer and then its tests at the top level, keeps the account of the tests' checks, and proves that their
// last line was reached with assertions on. The first half of the token and all state live in a closure that no global
// names; the functions that the marks call reach it by a static variable of their own.
function MARK_state(?object $given = null): object
{
    static $state;
    return $state ??= $given;
}
function MARK_held(): void
{
    MARK_state()->held += 1;
}
function MARK_failed(string $message): void
{
    MARK_state()->failures[] = $message;
}
function MARK_assert(mixed $holds, mixed $description = null): bool
{
    if ($holds) {
        MARK_held();
        return true;
    }
    $error = $description instanceof Throwable ? $description : new AssertionError((string) ($description ?? 'assertion failed'));
    MARK_failed($error->getMessage());
    throw $error;
}
function MARK_watch(string $mode, mixed $value): mixed
{
    MARK_held();
    if ($mode === 'p' ? !$value : $mode === 'f' && $value) {
        MARK_failed('the tests reported a failure');
    }
    return $value;
}
function MARK_thrown(Throwable $error): Throwable
{
    MARK_state()->ours[] = $error;
    return $error;
}
function MARK_caught(Throwable $error, string $how): void
{
    $own = in_array($error, MARK_state()->ours, true);
    if ($how === 'fails' || $how === 'swallows' || $own && $how !== 'decides') {
        MARK_failed($error->getMessage());
    } elseif ($how === 'expects') {
        MARK_held();
    }
}
function MARK_reached(): void
{
    MARK_failed('the tests reported a failure');
}
function MARK_include(string $file): mixed
{
    foreach ([$file, __DIR__ . '/' . $file] as $path) {
        if (is_file($path)) {
            return require_once $path;
        }
    }
    return true; // the answer's own file, or an autoloader: what it would bring is here
}
function MARK_exit(int|string|null $status = null): never
{
    $fine = is_string($status) ? preg_match('/pass|success|\bok\b/i', $status) && !preg_match('/fail|error/i', $status) : !$status;
    MARK_state()->ended = $fine && MARK_tests_ran();
    exit($status ?? 0);
}
function MARK_tests_ran(): bool
{
    if (class_exists('PHPUnit\Framework\TestCase', false)) {
        foreach (get_declared_classes() as $class) {
            if (is_subclass_of($class, 'PHPUnit\Framework\TestCase') && !(new ReflectionClass($class))->isAbstract()) {
                $class::runAll('MARK_held', 'MARK_failed');
            }
        }
    }
    return true;
}
(static function (): void {
    $in = fopen('php://fd/4', 'r');
    stream_set_read_buffer($in, 0);
    stream_set_chunk_size($in, 16);
    $state = (object) ['first' => fread($in, 16), 'ended' => false, 'held' => 0, 'failures' => [], 'ours' => []];
    MARK_state($state);
    $GLOBALS['MARK'] = static function (array $caller) use ($state): void {
        if (count($caller) <= 2 && ($caller[0]['file'] ?? '') === __DIR__ . '/tests.php' && $caller[0]['line'] === 'LAST') {
            $state->ended = MARK_tests_ran();
        }
    };
    register_shutdown_function(static function () use ($in, $state): void {
        $on = ini_get('zend.assertions') === '1' && ini_get('assert.exception') === '1' && ini_get('assert.active') === '1';
        if (!$state->ended || error_get_last() !== null && (error_get_last()['type'] & (E_ERROR | E_PARSE | E_COMPILE_ERROR))) {
            return;
        }
        if (!$on) {
            fwrite(STDERR, "error: the answer switched assertions off\n");
            return;
        }
        if ($state->failures !== []) {
            fwrite(STDERR, "error: a check failed and was caught: {$state->failures[0]}\n");
            exit(1);
        }
        file_put_contents('php://fd/3', $state->first . fread($in, 16) . $state->held);
    });
})();
function MARK(): void
{
    $GLOBALS['MARK'](debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS));
}
try {
    require __DIR__ . '/answer.php';
    foreach (['zend.assertions', 'assert.exception', 'assert.active'] as $MARK_name) {
        ini_set($MARK_name, '1');
    }
    unset($MARK_name);
    require __DIR__ . '/tests.php';
} catch (ParseError $error) {
    if (!in_array($error->getFile(), [__DIR__ . '/answer.php', __DIR__ . '/tests.php'], true)) {
        throw $error;
    }
    fwrite(STDERR, "Parse error: {$error->getMessage()} on line {$error->getLine()}\n");
    file_put_contents('php://fd/3', 'build');
    exit(90);
}
