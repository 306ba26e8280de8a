<?php
// Includes the program at the top level and proves that its last line was reached with assertions on. The first
// half of the token and all state live in a closure that no global names.
(static function (): void {
    $in = fopen('php://fd/4', 'r');
    stream_set_read_buffer($in, 0);
    stream_set_chunk_size($in, 16);
    $state = (object) ['first' => fread($in, 16), 'ended' => false];
    $GLOBALS['MARK'] = static function (array $caller) use ($state): void {
        if (count($caller) <= 2 && ($caller[0]['file'] ?? '') === __DIR__ . '/program.php' && $caller[0]['line'] === 'LAST') {
            $state->ended = true;
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
        file_put_contents('php://fd/3', $state->first . fread($in, 16));
    });
})();
function MARK(): void
{
    $GLOBALS['MARK'](debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS));
}
try {
    require __DIR__ . '/program.php';
} catch (ParseError $error) {
    if ($error->getFile() !== __DIR__ . '/program.php') {
        throw $error;
    }
    fwrite(STDERR, "Parse error: {$error->getMessage()} on line {$error->getLine()}\n");
    file_put_contents('php://fd/3', 'build');
    exit(90);
}
